import { pino } from 'pino';
import {
  createLogger,
  type ClusterAccess,
  type KubeObject,
  Operator,
  type OperatorOptions,
  parseKey,
  type Reconcile,
} from '../src/runtime/index.ts';
import { CONFIG_MAPS } from './api-server.ts';
import { GREETINGS, specOfGreeting } from './greeting.ts';

const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'greeter' };

export const greetingConfigMap = (owner: KubeObject, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    namespace: owner.metadata.namespace ?? '',
    name: `${owner.metadata.name}-${name}`,
    labels: MANAGED_BY,
  },
  data: { greeting: `${specOfGreeting(owner).text}, ${name}` },
});

export interface Greeter {
  operator: Operator;
  /** How often each key was reconciled. */
  reconciles: Map<string, number>;
  /** Resolves when the operator ended; rejects as its run does. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface GreeterOptions extends Partial<OperatorOptions> {
  access: ClusterAccess;
  namespace: string;
  reconcile?: (operator: Operator) => Reconcile;
  resyncMs?: number;
}

/** Reconciles greetings as the tests expect it: one ConfigMap a name, pruned; status tells how many. */
export const reconcileGreeting =
  ({ tools, caches }: Operator): Reconcile =>
  async (key) => {
    const owner = caches.of(GREETINGS).get(key);
    if (!owner) return {};
    const desired = specOfGreeting(owner).names.map((name) => greetingConfigMap(owner, name));
    for (const object of desired) await tools.apply(object, { owner, fieldManager: 'greeter' });
    await tools.prune({ owner, desired });
    await tools.status.write(owner, {
      greeted: desired.length,
      observedGeneration: owner.metadata.generation,
    });
    return {};
  };

/** An operator for greetings of one namespace, not running yet. */
export const createGreeter = ({
  namespace,
  reconcile = reconcileGreeting,
  resyncMs = 600_000,
  ...options
}: GreeterOptions): Pick<Greeter, 'operator' | 'reconciles'> => {
  const operator = new Operator({
    name: 'greeter',
    domain: 'example.dev',
    logger: process.env['TEST_LOG'] ? createLogger({ service: 'greeter' }) : pino({ level: 'silent' }),
    ...options,
  });
  operator.caches.declare(GREETINGS, { namespace });
  operator.caches.declare(CONFIG_MAPS, { namespace, labelSelector: 'app.kubernetes.io/managed-by=greeter' });
  const reconciles = new Map<string, number>();
  const inner = reconcile(operator);
  operator.control({
    name: 'greeting',
    resource: GREETINGS,
    owns: [CONFIG_MAPS],
    resyncMs,
    reconcile: (key, context) => {
      reconciles.set(parseKey(key).name, (reconciles.get(parseKey(key).name) ?? 0) + 1);
      return inner(key, context);
    },
  });
  return { operator, reconciles };
};

/** Starts an operator for greetings of one namespace. */
export const startGreeter = (options: GreeterOptions): Greeter => {
  const { operator, reconciles } = createGreeter(options);
  const stopping = new AbortController();
  const ended = operator.run(stopping.signal);
  ended.catch(() => undefined);
  return {
    operator,
    reconciles,
    ended,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
};
