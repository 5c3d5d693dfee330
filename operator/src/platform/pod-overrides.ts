import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import type { PodOverrides, Scheduling } from '../api/index.ts';
import { defined } from '../defined.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What makes two elements of a list the same one, as in Kubernetes' strategic merge; other lists are replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
  topologySpreadConstraints: 'topologyKey',
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mergeLists(base: readonly unknown[], patch: readonly unknown[], key: string): unknown[] {
  const keyOf = (element: unknown) => (isFields(element) ? element[key] : undefined);
  const kept = base.map((element) => {
    const change = patch.find((candidate) => keyOf(candidate) === keyOf(element));
    return change === undefined ? element : merge(element, change);
  });
  const added = patch.filter((element) => !base.some((present) => keyOf(present) === keyOf(element)));
  return [...kept, ...added];
}

function mergeField(name: string, base: unknown, patch: unknown): unknown {
  const key = MERGE_KEYS[name];
  if (key !== undefined && Array.isArray(base) && Array.isArray(patch)) return mergeLists(base, patch, key);
  return merge(base, patch);
}

/** `base` with the fields of `patch` over it; null removes a field. */
function merge(base: unknown, patch: unknown): unknown {
  if (!isFields(base) || !isFields(patch)) return patch;
  const changed = Object.entries(patch)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, mergeField(name, base[name], value)]);
  const kept = Object.entries(base).filter(([name]) => patch[name] !== null);
  return { ...Object.fromEntries(kept), ...Object.fromEntries(changed) } as Fields;
}

/** The template with where it should run, and with what the user overrides of it. */
export function overridden(
  template: PodTemplateSpec,
  { scheduling = {}, podTemplate = {} }: { scheduling?: Scheduling; podTemplate?: PodOverrides },
): PodTemplateSpec {
  const patch = {
    metadata: defined({ labels: podTemplate.labels, annotations: podTemplate.annotations }),
    spec: { ...defined(scheduling), ...podTemplate.spec },
  };
  return merge(template, patch) as PodTemplateSpec;
}
