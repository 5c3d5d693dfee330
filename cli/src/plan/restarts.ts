import { KINDS } from '@chatplatform/operator/platform/kinds';
import { CONFIG_HASH_ANNOTATION } from '@chatplatform/operator/platform/labels';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import type { FieldChange } from './diff.ts';

/** Pods of a workload that are replaced, and why. */
export interface Restart {
  readonly pods: number;
  /** For a person: `image docker.io/... → docker.io/...`. */
  readonly reasons: readonly string[];
}

const TEMPLATE = 'spec.template.';
const RESTARTING = new Set<string>([KINDS.deployment.kind, KINDS.statefulSet.kind]);

interface Sources {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly {
          readonly envFrom?: readonly {
            readonly configMapRef?: { readonly name: string };
            readonly secretRef?: { readonly name: string };
          }[];
        }[];
        readonly volumes?: readonly {
          readonly configMap?: { readonly name: string };
          readonly secret?: { readonly secretName: string };
          readonly projected?: {
            readonly sources?: readonly {
              readonly configMap?: { readonly name: string };
              readonly secret?: { readonly name: string };
            }[];
          };
        }[];
      };
    };
  };
}

/** `ConfigMap demo-chat`, `Secret demo-chat`: what the Pods read their configuration from. */
function configurationOf(workload: KubeObject): ReadonlySet<string> {
  const { containers = [], volumes = [] } = (workload as unknown as Sources).spec?.template?.spec ?? {};
  const env = containers.flatMap(({ envFrom = [] }) =>
    envFrom.map(({ configMapRef, secretRef }) => named(configMapRef?.name, secretRef?.name)),
  );
  const files = volumes.flatMap(({ configMap, secret, projected }) => [
    named(configMap?.name, secret?.secretName),
    ...(projected?.sources ?? []).map((source) => named(source.configMap?.name, source.secret?.name)),
  ]);
  return new Set([...env, ...files]);
}

const named = (configMap: string | undefined, secret: string | undefined) =>
  configMap === undefined ? `Secret ${secret ?? ''}` : `ConfigMap ${configMap}`;

/** Keys of the ConfigMaps and Secrets that a plan changes, by kind and name. */
export type ChangedConfiguration = ReadonlyMap<string, readonly string[]>;

function configurationReason(workload: KubeObject, changed: ChangedConfiguration): string {
  const sources = [...configurationOf(workload)].flatMap((source) => {
    const keys = changed.get(source);
    return keys === undefined ? [] : `${source}${keys.length === 0 ? '' : `: ${keys.join(', ')}`}`;
  });
  return sources.length === 0 ? 'configuration' : `configuration (${sources.join('; ')})`;
}

function reasonOf(
  { path, from, to }: FieldChange,
  workload: KubeObject,
  changed: ChangedConfiguration,
): string {
  const inner = path.slice(TEMPLATE.length);
  if (inner.includes(CONFIG_HASH_ANNOTATION)) return configurationReason(workload, changed);
  if (inner.endsWith('.image')) return `image ${String(from)} → ${String(to)}`;
  const variable = /\.env\[([^\]]+)\]/.exec(inner)?.[1];
  if (variable !== undefined) return `variable ${variable}`;
  if (inner.includes('.resources')) return 'resources';
  return inner;
}

/** Which Pods a change of a workload replaces. Undefined: none, since their template stays the same. */
export function restartOf(
  workload: KubeObject,
  fields: readonly FieldChange[],
  changed: ChangedConfiguration,
): Restart | undefined {
  const template = fields.filter(({ path }) => path.startsWith(TEMPLATE));
  if (template.length === 0 || !RESTARTING.has(workload.kind)) return undefined;
  const reasons = new Set(template.map((change) => reasonOf(change, workload, changed)));
  return { pods: (workload as unknown as Sources).spec?.replicas ?? 1, reasons: [...reasons] };
}
