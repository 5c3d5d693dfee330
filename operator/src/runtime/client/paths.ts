import type { NamespacedName, ResourceRef } from '../object.ts';

export type QueryValue = string | number | boolean | undefined;

const encode = encodeURIComponent;

export const rootPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Path of the collection; an empty namespace means all of them. */
export const collectionPath = (resource: ResourceRef, namespace: string): string => {
  const within = resource.namespaced && namespace !== '' ? `/namespaces/${encode(namespace)}` : '';
  return `${rootPath(resource.apiVersion)}${within}/${resource.plural}`;
};

export const objectPath = (resource: ResourceRef, at: NamespacedName, subresource?: string): string => {
  if (resource.namespaced && at.namespace === '')
    throw new TypeError(`${resource.kind} ${at.name} needs a namespace`);
  const path = `${collectionPath(resource, at.namespace)}/${encode(at.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
};

/** `path?a=b`; undefined, empty and false parameters are left out. */
export const withQuery = (path: string, query: Record<string, QueryValue>): string => {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' || value === false ? [] : [`${encode(name)}=${encode(value)}`],
  );
  return parameters.length > 0 ? `${path}?${parameters.join('&')}` : path;
};
