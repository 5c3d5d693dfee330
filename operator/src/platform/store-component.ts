import type { ManagedStore, StoreName } from '../api/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import { EXTERNAL } from './component.ts';
import type { Component } from './component.ts';
import { objectName } from './labels.ts';
import type { Platform } from './model.ts';
import { statefulSetHealth } from './workload-health.ts';

/** A component that is one managed store, or nothing when the store is external. */
export function storeComponent(options: {
  readonly name: string;
  readonly condition: string;
  readonly store: StoreName;
  readonly managed: (platform: Platform, managed: ManagedStore) => readonly KubeObject[];
}): Component {
  const { name, condition, store } = options;
  return {
    name,
    condition,
    desired: (platform) => {
      const { managed } = platform.spec.stores[store];
      return managed === undefined ? [] : options.managed(platform, managed);
    },
    health: (platform, observed) =>
      platform.spec.stores[store].managed === undefined
        ? EXTERNAL
        : statefulSetHealth(observed, name, objectName(platform, name)),
  };
}
