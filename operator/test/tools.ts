import { pino } from 'pino';
import { ServerSideApplier } from '../src/runtime/apply/server-side-applier.ts';
import { ReflectedCaches } from '../src/runtime/cache/cache-set.ts';
import { systemClock, type Clock } from '../src/runtime/clock.ts';
import { KubernetesApiClient } from '../src/runtime/client/api-client.ts';
import type { ResourceRef } from '../src/runtime/object.ts';
import { PatchedFinalizers } from '../src/runtime/observe/finalizers.ts';
import { StatusPatcher } from '../src/runtime/observe/status-writer.ts';
import { HttpTransport, type CallObservation } from '../src/runtime/transport/http-transport.ts';
import { eventually, type TestApiServer } from './api-server.ts';

/** The runtime's tools on live caches of one namespace, without a controller. */
export interface TestTools {
  caches: ReflectedCaches;
  applier: ServerSideApplier;
  status: StatusPatcher;
  finalizers: PatchedFinalizers;
  /** Calls made so far, without lists and watches. */
  calls: CallObservation[];
  stop(): Promise<void>;
}

export interface ToolsOptions {
  /** Of the caches. @default everything is seen */
  labelSelector?: string;
  /** Of the applier alone. */
  clock?: Clock;
}

export const startTools = async (
  { access }: Pick<TestApiServer, 'access'>,
  namespace: string,
  resources: readonly ResourceRef[],
  { labelSelector = '', clock = systemClock }: ToolsOptions = {},
): Promise<TestTools> => {
  const calls: CallObservation[] = [];
  const transport = new HttpTransport({
    access,
    clock: systemClock,
    random: Math.random,
    observe: (call) => {
      if (call.verb !== 'list' && call.verb !== 'watch') calls.push(call);
    },
  });
  const client = new KubernetesApiClient(transport);
  const logger = pino({ level: 'silent' });
  const caches = new ReflectedCaches({ client, clock: systemClock, random: Math.random, logger });
  for (const resource of resources) caches.declare(resource, { namespace, labelSelector });
  const stopping = new AbortController();
  const running = caches.run(stopping.signal);
  await eventually('the caches are synced', () => caches.hasSynced());
  return {
    caches,
    applier: new ServerSideApplier({
      client,
      caches,
      clock,
      annotation: 'example.dev/applied-digest',
    }),
    status: new StatusPatcher(client, caches),
    finalizers: new PatchedFinalizers(client, caches),
    calls,
    stop: async () => {
      stopping.abort();
      await running;
      transport.close();
    },
  };
};
