import type { ApiError } from '../errors.ts';
import { describeObject, type KubeObject } from '../object.ts';
import { isFields } from './list-keys.ts';

/** A field that we want to set and someone else holds. */
export interface FieldConflict {
  /** As the API server writes it: `.spec.template.spec.containers[name="web"].image`. */
  field: string;
  manager: string;
  /** `apply`: declared by server-side apply. `update`: written by anything else. */
  operation: 'apply' | 'update';
  /** Through which subresource, if any. */
  subresource?: string;
}

/** An apply met fields that others hold and that the policy leaves to them. */
export class FieldConflictError extends Error {
  readonly conflicts: readonly FieldConflict[];

  constructor(object: KubeObject, conflicts: readonly FieldConflict[], cause: ApiError) {
    super(`${describeObject(object)}: ${describeConflicts(conflicts)}`, { cause });
    this.name = 'FieldConflictError';
    this.conflicts = conflicts;
  }
}

/** An object of the wanted name is there, and is not ours to change. */
export class ForeignObjectError extends Error {
  constructor(object: KubeObject, holder: string) {
    super(`${describeObject(object)} exists already and ${holder}: rename or remove it`);
    this.name = 'ForeignObjectError';
  }
}

/** `.spec.replicas is held by "kube-controller-manager"; ...`: for an event or a condition. */
export const describeConflicts = (conflicts: readonly FieldConflict[]): string =>
  conflicts.map(({ field, manager }) => `${field} is held by ${JSON.stringify(manager)}`).join('; ');

const message = /^conflict with "((?:[^"\\]|\\.)*)"(?: with subresource "([^"]*)")?( using )?/;

/** Reads the causes of a 409 to an apply. Only an update's message names the API version it was made with. */
export const conflictsOf = (error: ApiError): FieldConflict[] =>
  (error.details.causes ?? []).flatMap((cause) => {
    const match = message.exec(cause.message ?? '');
    if (cause.reason !== 'FieldManagerConflict' || !match || cause.field === undefined) return [];
    const [, manager = '', subresource, using] = match;
    return [
      {
        field: cause.field,
        manager,
        operation: using === undefined ? ('apply' as const) : ('update' as const),
        ...(subresource !== undefined && { subresource }),
      },
    ];
  });

/**
 * A plain update of a field that we declare is drift, to be undone. Not so what another party declares by
 * server-side apply, nor what an autoscaler sets through the scale subresource: undoing that would start a fight.
 */
export const isDrift = ({ operation, subresource, manager }: FieldConflict): boolean =>
  operation === 'update' && !(subresource === 'scale' && manager === 'kube-controller-manager');

const elementSelector = /^\[([^\]]*)\]/;

/** Key of `holder` that `path` goes on with; keys may hold dots themselves, so the longest that fits is meant. */
const nextField = (holder: object, path: string): string | undefined =>
  Object.keys(holder)
    .filter((key) => path.startsWith(`.${key}`) && ['.', '[', undefined].includes(path[key.length + 1]))
    .sort((a, b) => b.length - a.length)[0];

const matchesSelector = (element: unknown, selector: string): boolean =>
  isFields(element) &&
  selector.split(',').every((pair) => {
    const [key = '', value = ''] = pair.split(/=(.*)/s);
    return JSON.stringify(element[key]) === value;
  });

const withoutElement = (list: readonly unknown[], path: string): unknown[] => {
  const match = elementSelector.exec(path);
  if (!match) return [...list];
  const [whole, selector = ''] = match;
  const rest = path.slice(whole.length);
  return list.flatMap((element) => {
    if (!matchesSelector(element, selector)) return [element];
    return rest === '' ? [] : [withoutPath(element, rest)];
  });
};

const withoutPath = (value: unknown, path: string): unknown => {
  if (Array.isArray(value)) return withoutElement(value, path);
  if (!isFields(value)) return value;
  const field = nextField(value, path);
  if (field === undefined) return value;
  const rest = path.slice(field.length + 1);
  const { [field]: inner, ...others } = value;
  return rest === '' ? others : { ...others, [field]: withoutPath(inner, rest) };
};

/** `desired` without the fields in `conflicts`: applying that leaves them to those who hold them. */
export const withoutFields = (desired: KubeObject, conflicts: readonly FieldConflict[]): KubeObject =>
  conflicts.reduce<unknown>((rest, { field }) => withoutPath(rest, field), desired) as KubeObject;
