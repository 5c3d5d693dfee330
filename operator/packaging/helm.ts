import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubeObject, ResourceRef } from '../src/runtime/index.ts';

export const CHART = join(import.meta.dirname, '../../charts/chatplatform-operator');
export const RELEASE = 'chatplatform-operator';

const run = promisify(execFile);

/** Helm 3 or 4. */
export class Helm {
  readonly #program: string;

  /** @param program its path */
  constructor(program: string) {
    this.#program = program;
  }

  /** What it prints. @throws Error with what it complains of */
  async run(...args: string[]): Promise<string> {
    return (await run(this.#program, args, { maxBuffer: 2 ** 24 })).stdout;
  }

  /** The chart's objects, hooks too, as they would be installed in `namespace`. */
  async render(namespace: string, ...args: string[]): Promise<KubeObject[]> {
    const text = await this.run('template', RELEASE, CHART, `--namespace=${namespace}`, ...args);
    return parseAllDocuments(text)
      .map((document) => document.toJS() as KubeObject | null)
      .filter((object) => object !== null);
  }
}

/** Hooks are Helm's own: it makes them when it comes to them, and they belong to no release. */
export const isHook = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.['helm.sh/hook'] !== undefined;

/** What nobody but Helm reads or writes. */
const HELMS_OWN = new Set(['helm.sh/chart', 'app.kubernetes.io/managed-by', 'helm.sh/resource-policy']);

/** An object of the chart without its traces of Helm, for other ways to install it. */
export function withoutHelm<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutHelm) as T;
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name]) => !HELMS_OWN.has(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutHelm(inner)])) as T;
}

const CLUSTER_SCOPED = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'ValidatingWebhookConfiguration',
]);

/** Where an object of the chart is found. */
export const refOf = ({ apiVersion, kind }: KubeObject): ResourceRef => ({
  apiVersion,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: !CLUSTER_SCOPED.has(kind),
});
