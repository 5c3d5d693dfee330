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
  /** Default: what kubectl takes by itself. */
  kubeconfig?: string;
  context?: string;
}

/** kubectl with a cluster chosen: the one way the launcher speaks to any cluster. */
export interface Kubectl {
  /** Standard output of a command. @throws CommandError when it fails */
  run(...args: readonly string[]): Promise<string>;
  try(...args: readonly string[]): Promise<Result>;
  /** Server-side apply of all objects, in their order. */
  apply(objects: readonly KubeObject[]): Promise<void>;
  /** Arguments that choose the cluster, for programs that take the same ones. */
  options: KubectlOptions;
}

const FIELD_MANAGER = 'chatplatform-launcher';

export function createKubectl(options: KubectlOptions): Kubectl {
  const chosen = [
    ...(options.kubeconfig === undefined ? [] : [`--kubeconfig=${options.kubeconfig}`]),
    ...(options.context === undefined ? [] : [`--context=${options.context}`]),
  ];
  return {
    run: (...args) => run(options.binary, [...chosen, ...args]),
    try: (...args) => tryRun(options.binary, [...chosen, ...args]),
    async apply(objects) {
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      const flags = ['--server-side', '--force-conflicts', `--field-manager=${FIELD_MANAGER}`];
      await run(options.binary, [...chosen, 'apply', ...flags, '--filename=-'], { input: list });
    },
    options,
  };
}
