import { elementIdentity, isFields } from '@chatplatform/operator/runtime/apply/list-keys';
import { sameJson } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { isSensitiveName, REDACTED } from '../redaction/names.ts';

/** One field that differs. A side that is absent has no such field. */
export interface FieldChange {
  /** `spec.template.spec.containers[chat].image`. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What the API server and the appliers write for themselves. */
const METADATA_NOISE = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'finalizers',
]);
const NOISY_ANNOTATIONS = new Set([
  'chatplatform.dev/applied-digest',
  'kubectl.kubernetes.io/last-applied-configuration',
]);

const without = (fields: Readonly<Record<string, unknown>>, noise: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !noise.has(name)));

function essence({ apiVersion: _, kind: __, status: ___, metadata, ...rest }: KubeObject): object {
  const { annotations = {}, ...fields } = metadata;
  return {
    metadata: {
      ...without(fields as Record<string, unknown>, METADATA_NOISE),
      annotations: without(annotations, NOISY_ANNOTATIONS),
    },
    ...rest,
  };
}

const step = (path: string, name: string) => {
  if (!/^[\w-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
};

/** `[chat]` for the element that is identified by `["chat"]`. */
const elementStep = (path: string, identity: string) =>
  `${path}[${(JSON.parse(identity) as unknown[]).map(String).join(' ')}]`;

function* listChanges(
  from: readonly unknown[],
  to: readonly unknown[],
  place: { readonly path: string; readonly field: string },
): Generator<FieldChange> {
  const identity = elementIdentity(place.field, [...from, ...to]);
  if (identity === undefined) {
    yield { path: place.path, from, to };
    return;
  }
  const byIdentity = (list: readonly unknown[]) =>
    new Map(list.filter(isFields).map((element) => [identity(element), element]));
  const [old, now] = [byIdentity(from), byIdentity(to)];
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    yield* changes(old.get(id), now.get(id), { path: elementStep(place.path, id), field: place.field });
  }
  const sameMembers = old.size === now.size && [...old.keys()].every((id) => now.has(id));
  if (sameMembers && !sameJson([...old.keys()], [...now.keys()])) {
    yield { path: `${place.path} (order)`, from: [...old.keys()], to: [...now.keys()] };
  }
}

function* changes(
  from: unknown,
  to: unknown,
  place: { readonly path: string; readonly field: string },
): Generator<FieldChange> {
  if (sameJson(from, to)) return;
  const { path } = place;
  if (isFields(from) && isFields(to)) {
    for (const field of new Set([...Object.keys(from), ...Object.keys(to)])) {
      yield* changes(from[field], to[field], { path: step(path, field), field });
    }
    return;
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    yield* listChanges(from, to, place);
    return;
  }
  yield { path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/** `password` of `data.password`, `SMTP_PASSWORD` of `...env[SMTP_PASSWORD].value`. */
function nameOf(path: string): string {
  const variable = /\[([^\]]+)\]\.value$/.exec(path)?.[1];
  if (variable !== undefined) return variable;
  return /(?:^|\.|\[")([^.[\]"]+)"?\]?$/.exec(path)?.[1] ?? path;
}

/** Hides what is inside a value, too: an `env` entry that is added as a whole. */
function concealed(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((element) => concealed(element, name));
  if (!isFields(value)) return isSensitiveName(name) && value !== undefined ? REDACTED : value;
  const own = typeof value['name'] === 'string' ? value['name'] : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      concealed(inner, field === 'value' && own !== undefined ? own : field),
    ]),
  );
}

function hidden(change: FieldChange, isSecret: boolean): FieldChange {
  const wholly = isSecret && /^(?:data|stringData)\b/.test(change.path);
  const conceal = (value: unknown) => (wholly ? REDACTED : concealed(value, nameOf(change.path)));
  return {
    path: change.path,
    ...('from' in change && { from: conceal(change.from) }),
    ...('to' in change && { to: conceal(change.to) }),
  };
}

/** Field by field what differs between two states of one object. Values of secrets are hidden. */
export function fieldChanges(before: KubeObject, after: KubeObject): FieldChange[] {
  const isSecret = after.kind === 'Secret';
  return [...changes(essence(before), essence(after), { path: '', field: '' })].map((change) =>
    hidden(change, isSecret),
  );
}
