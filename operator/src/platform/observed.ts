import { keyFor } from '../runtime/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import { LABEL } from './labels.ts';

/** What is there: the operator's own objects in one platform's namespace, as last seen. */
export interface Observed {
  get(kind: Kind, name: string): KubeObject | undefined;
  all(kind: Kind): readonly KubeObject[];
  /** Objects of a kind that carry the component's label. */
  ofComponent(kind: Kind, component: string): readonly KubeObject[];
}

export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

const id = (kind: Kind, name: string) => `${kind.apiVersion}/${kind.kind}/${name}`;

/** A view over the objects of one platform. */
export function observedFrom(objects: Iterable<KubeObject>): Observed {
  const byId = new Map<string, KubeObject>();
  for (const object of objects) byId.set(id(object, object.metadata.name), object);
  const all = (kind: Kind) =>
    [...byId.values()].filter((object) => object.apiVersion === kind.apiVersion && object.kind === kind.kind);
  return {
    get: (kind, name) => byId.get(id(kind, name)),
    all,
    ofComponent: (kind, component) =>
      all(kind).filter(({ metadata }) => metadata.labels?.[LABEL.component] === component),
  };
}

/** `<namespace>/<platform>` of anything the operator made, by its labels: it also finds owners of owners, and orphans. */
export function platformKeyOf(object: KubeObject): readonly string[] {
  const name = object.metadata.labels?.[LABEL.instance];
  if (name === undefined) return [];
  return [keyFor({ namespace: object.metadata.namespace ?? '', name })];
}
