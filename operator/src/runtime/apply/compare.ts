import { elementIdentity, isFields, type Fields } from './list-keys.ts';
import { sameQuantity } from './quantity.ts';

/** Fields whose members are quantities. */
const quantityMaps = new Set(['limits', 'requests', 'capacity', 'hard']);
const quantityFields = new Set(['sizeLimit']);

interface Place {
  field: string;
  parent: string;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/** Pairs each desired element with the observed one of the same identity, if any. */
const pair = (
  identity: (element: Fields) => string,
  observed: readonly unknown[],
  desired: readonly unknown[],
): [unknown, unknown][] => {
  const byIdentity = new Map(observed.filter(isFields).map((element) => [identity(element), element]));
  return desired.map((element) => [
    isFields(element) ? byIdentity.get(identity(element)) : undefined,
    element,
  ]);
};

const listIncludes = (observed: unknown, desired: readonly unknown[], place: Place): boolean => {
  if (!Array.isArray(observed)) return false;
  const identity = elementIdentity(place.field, desired);
  if (identity)
    return pair(identity, observed, desired).every(([held, wanted]) => includes(held, wanted, place));
  return (
    observed.length === desired.length && desired.every((wanted, i) => includes(observed[i], wanted, place))
  );
};

const includes = (observed: unknown, desired: unknown, place: Place): boolean => {
  if (isEmpty(desired) && isEmpty(observed)) return true;
  if (Array.isArray(desired)) return listIncludes(observed, desired, place);
  if (isFields(desired)) {
    return (
      isFields(observed) &&
      Object.entries(desired).every(([field, wanted]) =>
        includes(observed[field], wanted, { field, parent: place.field }),
      )
    );
  }
  if (observed === desired) return true;
  const isQuantity = quantityMaps.has(place.parent) || quantityFields.has(place.field);
  return isQuantity && sameQuantity(observed, desired);
};

/**
 * Whether every field of `desired` has its value in `observed`. What `observed` has besides is left alone: API
 * defaults, fields of others, elements that others added to merged lists.
 */
export const includesDesired = (observed: unknown, desired: unknown): boolean =>
  includes(observed, desired, { field: '', parent: '' });

/** What `observed` holds in the fields that `desired` names. */
export const projection = (observed: unknown, desired: unknown, field = ''): unknown => {
  if (isFields(desired) && isFields(observed)) {
    return Object.fromEntries(
      Object.entries(desired).map(([name, wanted]) => [name, projection(observed[name], wanted, name)]),
    );
  }
  if (Array.isArray(desired) && Array.isArray(observed)) {
    const identity = elementIdentity(field, desired);
    if (identity) return pair(identity, observed, desired).map(([held, wanted]) => projection(held, wanted));
  }
  return observed;
};
