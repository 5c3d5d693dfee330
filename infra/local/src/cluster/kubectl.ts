import { run, tryRun } from '../launcher/run.ts';
import type { Result } from '../launcher/run.ts';

/** A Kubernetes object as it goes into `apply`. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface KubectlOptions {
  /** Path of the program. */
  binary: string;
  /** Path; its current context is the cluster. */
  kubeconfig: string;
}

/** kubectl with a cluster chosen: the one way the launcher speaks to any cluster. */
export interface Kubectl {
  /** Standard output of a command. @throws CommandError when it fails */
  run(...args: readonly string[]): Promise<string>;
  try(...args: readonly string[]): Promise<Result>;
  /** Server-side apply of all objects, in their order. */
  apply(objects: readonly KubeObject[]): Promise<void>;
  /** Path of the kubeconfig, for programs that read one too. */
  kubeconfig: string;
}

const FIELD_MANAGER = 'chatplatform-launcher';

export function createKubectl(options: KubectlOptions): Kubectl {
  const chosen = `--kubeconfig=${options.kubeconfig}`;
  return {
    run: (...args) => run(options.binary, [chosen, ...args]),
    try: (...args) => tryRun(options.binary, [chosen, ...args]),
    async apply(objects) {
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      const flags = ['--server-side', '--force-conflicts', `--field-manager=${FIELD_MANAGER}`];
      await run(options.binary, [chosen, 'apply', ...flags, '--filename=-'], { input: list });
    },
    kubeconfig: options.kubeconfig,
  };
}
