import { pino } from 'pino';
import { customResourceDefinition } from '../src/api/index.ts';
import { CHAT_PLATFORM, declareCaches } from '../src/caches.ts';
import { systemEntropy } from '../src/environment.ts';
import type { Entropy } from '../src/platform/secrets/credentials.ts';
import { createPlatformReconciler } from '../src/reconcile.ts';
import { Operator, isNotFound } from '../src/runtime/index.ts';
import type { ClusterAccess, KubeObject, OperatorOptions, Reconcile } from '../src/runtime/index.ts';
import { CRDS, eventually } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { operatorAccess } from './operator-account.ts';

/** Puts the CRD into the cluster and waits until its kind is served. */
export async function installCrd({ client }: TestApiServer): Promise<void> {
  const crd = customResourceDefinition() as unknown as KubeObject;
  await client.apply(CRDS, crd, { fieldManager: 'test', force: true });
  await eventually('the CRD is served', () =>
    client.list(CHAT_PLATFORM, { limit: 1 }).then(
      () => true as const,
      (error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      },
    ),
  );
}

export interface PlatformOperatorOptions extends Partial<OperatorOptions> {
  /** @default the rights that the chart gives it */
  access?: ClusterAccess;
  entropy?: Entropy;
  resyncMs?: number;
  /** Stands around the reconciler. @default nothing */
  around?: (reconcile: Reconcile) => Reconcile;
}

export interface PlatformOperator {
  operator: Operator;
  stop(): Promise<void>;
}

/** The operator as main.ts wires it, in this process, for one namespace. */
export async function startPlatformOperator(
  server: TestApiServer,
  namespace: string,
  options: PlatformOperatorOptions = {},
): Promise<PlatformOperator> {
  const { entropy = systemEntropy, resyncMs, around = (reconcile) => reconcile, ...rest } = options;
  const operator = new Operator({
    name: 'chatplatform-operator',
    domain: 'chatplatform.dev',
    logger: pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    ...rest,
    access: rest.access ?? (await operatorAccess(server, namespace)),
  });
  const owns = declareCaches(operator.caches, { namespace });
  const reconcile = createPlatformReconciler({
    ...operator.tools,
    images: {},
    environment: {
      version: '0.1.0',
      dns: { server: '10.96.0.10', domain: 'cluster.local' },
      entropy,
      secretPropagationMs: 120_000,
    },
  });
  operator.control({
    name: 'chatplatform',
    resource: CHAT_PLATFORM,
    owns,
    reconcile: around(reconcile),
    ...(resyncMs === undefined ? {} : { resyncMs }),
  });
  const stop = new AbortController();
  const running = operator.run(stop.signal);
  return {
    operator,
    stop: async () => {
      stop.abort();
      await running;
    },
  };
}
