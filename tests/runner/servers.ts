import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  createArtifactContext,
  ensureDockerCompose,
  ensureHostPackages,
  ensureKubernetes,
  ensureStorePrograms,
} from '@chatplatform/local/artifacts/index';
import { startControlPlane } from '@chatplatform/local/cluster/control-plane';
import { createProgress } from '@chatplatform/local/launcher/progress';
import { startStores } from '@chatplatform/local/stores/index';
import { libraryPath } from '@chatplatform/local/stores/store';
import type { SuiteContext } from './suite.ts';

export interface TestServers {
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** The real stores and a real API server, on free ports, for the integration tests. */
export async function startTestServers(context: SuiteContext): Promise<TestServers> {
  const progress = createProgress(
    { isTTY: false, columns: 120, write: (text) => context.log(text.trimEnd()) },
    Date.now,
  );
  const artifacts = createArtifactContext({ progress, repository: context.root });
  const [programs, kubernetes, dockerCompose, nginx] = await Promise.all([
    ensureStorePrograms(artifacts),
    ensureKubernetes(artifacts),
    ensureDockerCompose(artifacts),
    ensureHostPackages(artifacts, ['nginx']),
  ]);
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-stores-'));
  // For root, PostgreSQL runs as another user, who must be able to reach its data.
  await chmod(dir, 0o755);
  const [stores, controlPlane] = await Promise.all([
    startStores({ programs, dir, ports: 'free' }),
    startControlPlane({ controllers: ['garbage-collector-controller', 'namespace-controller'] }),
  ]);
  // Its end is seen by the tests that need it; unobserved it would end the whole run.
  controlPlane.failed.catch((error: unknown) => context.log(`the API server ended: ${String(error)}`));
  return {
    env: {
      ...stores.settings,
      KUBECONFIG_TEST: controlPlane.kubeconfig,
      DOCKER_COMPOSE: dockerCompose,
      NGINX_BINARY: await programOf(nginx, '/usr/sbin/nginx', dir),
      // kubectl and helm.
      PATH: `${kubernetes}:${context.env['PATH'] ?? ''}`,
    },
    stop: async () => {
      await Promise.all([stores.stop(), controlPlane.stop()]);
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
