import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  ensureDockerCompose,
  ensureHostPackages,
  ensureKubernetes,
  ensureStorePrograms,
} from '@chatplatform/local/artifacts/index';
import { startControlPlane } from '@chatplatform/local/cluster/control-plane';
import { startStores } from '@chatplatform/local/stores/index';
import { libraryPath } from '@chatplatform/local/stores/store';
import type { SuiteContext } from './suite.ts';

export interface TestServers {
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** A real API server, with the programs that the tests of operator, plugin and packaging call. */
export async function startCluster(context: SuiteContext): Promise<TestServers> {
  const [kubernetes, dockerCompose, nginx] = await Promise.all([
    ensureKubernetes(context.programs),
    ensureDockerCompose(context.programs),
    ensureHostPackages(context.programs, ['nginx']),
  ]);
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-programs-'));
  const controlPlane = await startControlPlane({
    controllers: ['garbage-collector-controller', 'namespace-controller'],
  });
  // Its end is seen by the tests that need it; unobserved it would end the whole run.
  controlPlane.failed.catch((error: unknown) => context.log(`the API server ended: ${String(error)}`));
  return {
    env: {
      KUBECONFIG_TEST: controlPlane.kubeconfig,
      DOCKER_COMPOSE: dockerCompose,
      NGINX_BINARY: await programOf(nginx, '/usr/sbin/nginx', dir),
      // kubectl and helm.
      PATH: `${kubernetes}:${context.env['PATH'] ?? ''}`,
    },
    stop: async () => {
      await controlPlane.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The real stores of the services, on free ports. */
export async function startServiceStores(context: SuiteContext): Promise<TestServers> {
  const programs = await ensureStorePrograms(context.programs);
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-stores-'));
  // For root, PostgreSQL runs as another user, who must be able to reach its data.
  await chmod(dir, 0o755);
  const stores = await startStores({ programs, dir, ports: 'free' });
  return {
    env: stores.settings,
    stop: async () => {
      await stores.stop();
      await cp(join(dir, 'logs'), `${context.artifacts}/logs/stores`, { recursive: true });
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A program of unpacked packages as one that needs no settings: it brings its libraries itself. */
async function programOf(packages: string, program: string, dir: string): Promise<string> {
  if (packages === '') return program;
  const wrapper = join(dir, basename(program));
  const { LD_LIBRARY_PATH: libraries = '' } = libraryPath(packages);
  await writeFile(wrapper, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${packages}${program}' "$@"\n`, {
    mode: 0o755,
  });
  return wrapper;
}
