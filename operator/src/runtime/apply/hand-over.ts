import type { KubeObject } from '../object.ts';
import { isFields, type Fields } from './list-keys.ts';

/** `spec.replicas`. */
export type FieldPath = string;

export const valueAt = (value: unknown, path: FieldPath): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), value);

interface ManagedFields {
  manager?: string;
  operation?: string;
  subresource?: string;
  fieldsV1?: Fields;
}

/** Whether `manager` declares the field, by the API server's own books. */
export const declares = (object: KubeObject, manager: string, path: FieldPath): boolean => {
  const { managedFields = [] } = object.metadata as { managedFields?: ManagedFields[] };
  const marked = path.replaceAll(/(^|\.)/g, '$1f:');
  return managedFields.some(
    (entry) =>
      entry.manager === manager &&
      entry.operation === 'Apply' &&
      valueAt(entry.fieldsV1, marked) !== undefined,
  );
};

const nested = ([name, ...rest]: readonly string[], value: unknown): Fields =>
  name === undefined ? {} : { [name]: rest.length === 0 ? value : nested(rest, value) };

const merged = (a: Fields, b: Fields): Fields =>
  Object.entries(b).reduce<Fields>((all, [name, value]) => {
    const held = all[name];
    return { ...all, [name]: isFields(held) && isFields(value) ? merged(held, value) : value };
  }, a);

/** A manifest of nothing but these fields, as they are now. */
export const manifestOf = (object: KubeObject, paths: readonly FieldPath[]): KubeObject => {
  const { name, namespace } = object.metadata;
  const fields = paths.map((path) => nested(path.split('.'), valueAt(object, path)));
  return {
    ...fields.reduce(merged, {}),
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
  };
};

/** Who holds what `fieldManager` gave up until the new owner writes it. */
export const handOverManager = (fieldManager: string): string => `${fieldManager}-handover`;
