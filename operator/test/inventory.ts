import { z } from 'zod';
import { MANAGED_SELECTOR } from '../src/platform/labels.ts';
import type { TestApiServer } from './api-server.ts';

const groupsSchema = z.object({
  groups: z.array(z.object({ preferredVersion: z.object({ groupVersion: z.string() }) })),
});
const resourcesSchema = z.object({
  resources: z.array(z.object({ name: z.string(), namespaced: z.boolean(), verbs: z.array(z.string()) })),
});
const listSchema = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string(), namespace: z.string().optional() }) })),
});

/** Told of or counted by others, coming and going by themselves. */
const FLEETING: ReadonlySet<string> = new Set(['events', 'leases', 'pods.metrics', 'nodes.metrics']);

/**
 * Everything that a namespace holds, and what the operator has made that belongs to none, of every kind the API server
 * serves: `<resource> <name>`.
 * @param clusterScoped selector of the objects that belong to no namespace; empty: all of them
 */
export async function inventory(
  { transport }: TestApiServer,
  namespace: string,
  clusterScoped = MANAGED_SELECTOR,
): Promise<string[]> {
  const get = async (path: string): Promise<unknown> =>
    (await transport.send({ method: 'GET', path, idempotent: true, verb: 'list', resource: 'inventory' }))
      .body;
  const { groups } = groupsSchema.parse(await get('/apis'));
  const roots = [
    '/api/v1',
    ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const found: string[] = [];
  for (const root of roots) {
    const { resources } = resourcesSchema.parse(await get(root));
    for (const { name, namespaced, verbs } of resources) {
      if (!verbs.includes('list') || FLEETING.has(name)) continue;
      const path = namespaced
        ? `${root}/namespaces/${namespace}/${name}`
        : `${root}/${name}?labelSelector=${encodeURIComponent(clusterScoped)}`;
      const { items } = listSchema.parse(await get(path));
      found.push(...items.map(({ metadata }) => `${name} ${metadata.name}`));
    }
  }
  return found.sort();
}
