import { z } from 'zod';
import type { KubeObject } from '../../runtime/index.ts';
import type { ComponentHealth } from '../component.ts';
import { KINDS } from '../kinds.ts';
import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import type { Observed } from '../observed.ts';

/** The HTTPRoute that attaches the edge to the Gateway of the spec. */
export function httpRoute(platform: Platform, metadata: KubeObject['metadata']): KubeObject {
  const { hostname, exposure } = platform.spec;
  return {
    apiVersion: KINDS.httpRoute.apiVersion,
    kind: KINDS.httpRoute.kind,
    metadata,
    spec: {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', ...exposure.gateway }],
      ...(hostname === undefined ? {} : { hostnames: [hostname] }),
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [
            { group: '', kind: 'Service', name: objectName(platform, 'web'), port: 80, weight: 1 },
          ],
        },
      ],
    },
  };
}

const routeStatus = z.object({
  status: z
    .object({
      parents: z.array(
        z.object({
          conditions: z.array(
            z.object({ type: z.string(), status: z.string(), message: z.string().default('') }),
          ),
        }),
      ),
    })
    .optional(),
});

/** What the Gateway says of the route; undefined when it has accepted it. */
export function routeHealth(observed: Observed, name: string): ComponentHealth | undefined {
  const route = observed.get(KINDS.httpRoute, name);
  const parents = routeStatus.safeParse(route).data?.status?.parents ?? [];
  const conditions = parents.flatMap((parent) => parent.conditions);
  const refused = conditions.find(
    (c) => ['Accepted', 'ResolvedRefs'].includes(c.type) && c.status === 'False',
  );
  if (refused !== undefined) {
    const message = `the Gateway refuses the route: ${refused.message}`;
    return { state: 'Degraded', serving: false, reason: 'RouteRefused', message };
  }
  if (conditions.some((c) => c.type === 'Accepted' && c.status === 'True')) return undefined;
  const message = 'no Gateway has accepted the route yet';
  return { state: 'Progressing', serving: false, reason: 'RouteAwaited', message };
}
