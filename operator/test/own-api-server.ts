import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane } from '../../infra/local/src/cluster/control-plane.ts';
import { connectTestApiServer, eventually, type TestApiServer } from './api-server.ts';

/** One line of the API server's audit log, as far as the tests look at it. */
export interface AuditEntry {
  verb: string;
  requestURI: string;
  user: { username: string };
  objectRef?: {
    apiGroup?: string;
    resource: string;
    namespace?: string;
    name?: string;
    subresource?: string;
  };
  responseStatus?: { code: number };
}

/** An API server that belongs to one test file, which may therefore kill it. */
export interface OwnApiServer extends TestApiServer {
  /** kill -9; etcd lives on. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** From now on etcd takes connections and answers nothing. */
  pauseEtcd(): void;
  resumeEtcd(): void;
  /** Forgets all history up to now. */
  compactEtcd(): Promise<void>;
  /** All requests so far, oldest first, each once it was answered (watches: once they began). */
  audit(): Promise<AuditEntry[]>;
}

export interface OwnApiServerOptions {
  controllers?: readonly string[];
  apiServerFlags?: readonly string[];
}

interface Program {
  pid: number;
  argv: string[];
}

/** The running program of this name whose files are in `dir`. */
const findProgram = async (name: string, dir: string): Promise<Program> => {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const argv = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0').slice(0, -1);
    if (argv[0]?.endsWith(`/${name}`) && argv.some((word) => word.includes(`${dir}/`)))
      return { pid: Number(entry), argv };
  }
  throw new Error(`no ${name} runs in ${dir}`);
};

const flagOf = ({ argv }: Program, name: string): string => {
  const flag = argv.find((word) => word.startsWith(`--${name}=`));
  if (flag === undefined) throw new Error(`no --${name}`);
  return flag.slice(name.length + 3);
};

/** Calls etcd's JSON gateway with the API server's certificate. */
const callEtcd = async (apiServer: Program, path: string, body: object): Promise<unknown> => {
  const file = (flag: string) => readFile(flagOf(apiServer, flag), 'utf8');
  const request = https.request(`${flagOf(apiServer, 'etcd-servers')}${path}`, {
    method: 'POST',
    ca: await file('etcd-cafile'),
    cert: await file('etcd-certfile'),
    key: await file('etcd-keyfile'),
  });
  request.end(JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
};

const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };

const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    verbs: [watch]
    omitStages: [ResponseComplete]
  - level: Metadata
    omitStages: [ResponseStarted]
`;

export const startOwnApiServer = async (options: OwnApiServerOptions = {}): Promise<OwnApiServer> => {
  const auditDir = await mkdtemp(join(tmpdir(), 'chatplatform-audit-'));
  const auditLog = join(auditDir, 'audit.log');
  await writeFile(join(auditDir, 'policy.yaml'), AUDIT_POLICY);
  const plane = await startControlPlane({
    ...(options.controllers && { controllers: options.controllers }),
    flags: {
      'kube-apiserver': [
        `--audit-policy-file=${join(auditDir, 'policy.yaml')}`,
        `--audit-log-path=${auditLog}`,
        ...(options.apiServerFlags ?? []),
      ],
    },
  });
  plane.failed.catch(() => undefined);
  const server = await connectTestApiServer(plane.kubeconfig);
  const apiServer = await findProgram('kube-apiserver', plane.dir);
  const etcd = await findProgram('etcd', plane.dir);
  let again: ChildProcess | undefined;

  const answers = () =>
    server.client.list(NAMESPACES).then(
      () => true,
      () => false,
    );

  return {
    ...server,
    kill: async () => {
      if (again) again.kill('SIGKILL');
      else process.kill(apiServer.pid, 'SIGKILL');
      await eventually('the API server is dead', async () => !(await answers()));
    },
    start: async () => {
      const [command = '', ...args] = apiServer.argv;
      again = spawn(command, args, { stdio: 'ignore' });
      await eventually('the API server answers', answers, 60_000);
    },
    pauseEtcd: () => process.kill(etcd.pid, 'SIGSTOP'),
    resumeEtcd: () => process.kill(etcd.pid, 'SIGCONT'),
    compactEtcd: async () => {
      const { header } = (await callEtcd(apiServer, '/v3/kv/range', { key: 'AA==' })) as {
        header: { revision: string };
      };
      await callEtcd(apiServer, '/v3/kv/compaction', { revision: header.revision, physical: true });
    },
    audit: async () => {
      const text = await readFile(auditLog, 'utf8');
      // The last line may be half written.
      const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEntry);
    },
    close: async () => {
      again?.kill('SIGKILL');
      if (again) await once(again, 'exit');
      process.kill(etcd.pid, 'SIGCONT');
      await server.close();
      await plane.stop();
      await rm(auditDir, { recursive: true });
    },
  };
};
