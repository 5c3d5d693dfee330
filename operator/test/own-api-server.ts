import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { startControlPlane } from '../../infra/local/src/cluster/control-plane.ts';
import { connectTestApiServer, eventually, type TestApiServer } from './api-server.ts';

/** An API server that belongs to one test, which may therefore kill it. */
export interface OwnApiServer extends TestApiServer {
  /** kill -9; etcd lives on. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
}

/** The running API server whose files are in `dir`. */
const findApiServer = async (dir: string): Promise<{ pid: number; argv: string[] }> => {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const argv = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0').slice(0, -1);
    if (argv[0]?.endsWith('/kube-apiserver') && argv.some((word) => word.includes(`${dir}/`)))
      return { pid: Number(entry), argv };
  }
  throw new Error(`no API server runs in ${dir}`);
};

export const startOwnApiServer = async (): Promise<OwnApiServer> => {
  const plane = await startControlPlane();
  plane.failed.catch(() => undefined);
  const server = await connectTestApiServer(plane.kubeconfig);
  const original = await findApiServer(plane.dir);
  let again: ChildProcess | undefined;
  return {
    ...server,
    kill: async () => {
      if (again) again.kill('SIGKILL');
      else process.kill(original.pid, 'SIGKILL');
      await eventually('the API server is dead', () =>
        server.client.list(namespaces).then(
          () => false,
          () => true,
        ),
      );
    },
    start: async () => {
      const [command = '', ...args] = original.argv;
      again = spawn(command, args, { stdio: 'ignore' });
      await eventually(
        'the API server answers',
        () =>
          server.client.list(namespaces).then(
            () => true,
            () => false,
          ),
        60_000,
      );
    },
    close: async () => {
      again?.kill('SIGKILL');
      if (again) await once(again, 'exit');
      await server.close();
      await plane.stop();
    },
  };
};

const namespaces = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
