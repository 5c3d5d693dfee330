import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { ChatPlatformStatus } from '../src/api/index.ts';
import { CHAT_PLATFORM } from '../src/caches.ts';
import { systemClock } from '../src/runtime/index.ts';
import type { KubeObject, ResourceRef } from '../src/runtime/index.ts';
import { connectTestApiServer, eventually, lookUp } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { installCrd, startPlatformOperator } from './platform-operator.ts';
import type { PlatformOperator, PlatformOperatorOptions } from './platform-operator.ts';
import { startStandIn } from './stand-in-controllers.ts';
import type { StandInOptions } from './stand-in-controllers.ts';

/** The platform of the tests; its URL is given, since a bare API server has no node. */
export const demo = (namespace: string, spec: object = {}): KubeObject => ({
  apiVersion: CHAT_PLATFORM.apiVersion,
  kind: CHAT_PLATFORM.kind,
  metadata: { name: 'demo', namespace },
  spec: {
    profile: 'Development',
    stores: { sql: { engine: 'PostgreSQL' } },
    exposure: { type: 'NodePort', url: 'http://chat.test:30080' },
    ...spec,
  },
});

/** A bound against hanging, not a measure: on two busy cores a rollout takes its time. */
export const PATIENCE_MS = 120_000;

export const condition = (status: ChatPlatformStatus | undefined, type: string) =>
  status?.conditions?.find((entry) => entry.type === type);

/** A real API server, and operators and stand-ins that end with each test. */
export class PlatformBench {
  readonly #running: { stop(): Promise<void> }[] = [];
  readonly #standIns: { stop(): Promise<void> }[] = [];
  #server: TestApiServer | undefined;
  /** Ms by which the operators' wall clocks are ahead. */
  #ahead = 0;

  /** Call once in a test file. @param connect to which API server, by default the one that the tests share */
  static use(connect: () => Promise<TestApiServer> = () => connectTestApiServer()): PlatformBench {
    const bench = new PlatformBench();
    beforeAll(async () => {
      bench.#server = await connect();
      await installCrd(bench.server);
    }, 60_000);
    afterEach(async () => {
      await bench.unsettle();
      for (const process of bench.#running.splice(0).reverse()) await process.stop();
      bench.#ahead = 0;
    });
    afterAll(() => bench.#server?.close());
    return bench;
  }

  get server(): TestApiServer {
    if (this.#server === undefined) throw new Error('not connected yet');
    return this.#server;
  }

  get client(): TestApiServer['client'] {
    return this.server.client;
  }

  async operate(namespace: string, options: PlatformOperatorOptions = {}): Promise<PlatformOperator> {
    const clock = { ...systemClock, now: () => Date.now() + this.#ahead };
    const platformOperator = await startPlatformOperator(this.server, namespace, { clock, ...options });
    this.#running.push(platformOperator);
    return platformOperator;
  }

  /** Lets wall time pass for the operators, and makes them look. */
  async passTime(namespace: string, ms: number): Promise<void> {
    this.#ahead += ms;
    await this.annotate(namespace, { 'test/looked-at': String(this.#ahead) });
  }

  annotate(namespace: string, annotations: Record<string, string | null>): Promise<KubeObject> {
    return this.client.mergePatch(CHAT_PLATFORM, { namespace, name: 'demo' }, { metadata: { annotations } });
  }

  settle(namespace: string, options: Pick<StandInOptions, 'broken'> = {}): void {
    this.#standIns.push(startStandIn({ client: this.client, namespace, ...options }));
  }

  /** Ends what plays controllers and kubelet. */
  async unsettle(): Promise<void> {
    for (const standIn of this.#standIns.splice(0)) await standIn.stop();
  }

  /** A namespace with an operator, what plays controllers and kubelet, and the platform. */
  async start(spec: object = {}, { settling = true } = {}): Promise<string> {
    const namespace = await this.server.namespace();
    if (settling) await this.startIn(namespace, spec);
    else {
      await this.operate(namespace);
      await this.client.create(CHAT_PLATFORM, demo(namespace, spec));
    }
    return namespace;
  }

  /** The same in a namespace that is there. */
  async startIn(
    namespace: string,
    spec: object,
    { withPlatform = true, ...options }: PlatformOperatorOptions & { withPlatform?: boolean } = {},
  ): Promise<PlatformOperator> {
    const platformOperator = await this.operate(namespace, options);
    this.settle(namespace);
    if (withPlatform) await this.client.create(CHAT_PLATFORM, demo(namespace, spec));
    return platformOperator;
  }

  lookUp(resource: ResourceRef, namespace: string, name: string): Promise<KubeObject | undefined> {
    return lookUp(this.server, resource, namespace, name);
  }

  async namesOf(resource: ResourceRef, namespace: string): Promise<string[]> {
    const { items } = await this.client.list(resource, { namespace });
    return items.map(({ metadata }) => metadata.name).sort();
  }

  patch(namespace: string, spec: object): Promise<KubeObject> {
    return this.client.mergePatch(CHAT_PLATFORM, { namespace, name: 'demo' }, { spec });
  }

  /** Waits until the operator has seen it: until then it still mends what is changed by hand. */
  async pause(namespace: string, spec: object = {}): Promise<void> {
    await this.patch(namespace, { ...spec, paused: true });
    const paused = async () => condition(await this.statusOf(namespace), 'Paused')?.status === 'True';
    await eventually('Paused', paused, PATIENCE_MS);
  }

  async statusOf(namespace: string): Promise<ChatPlatformStatus | undefined> {
    return (await this.lookUp(CHAT_PLATFORM, namespace, 'demo'))?.['status'] as
      ChatPlatformStatus | undefined;
  }

  /** Of the generation that is stored now. */
  untilReady(namespace: string): Promise<ChatPlatformStatus> {
    const look = async () => {
      const platform = await this.lookUp(CHAT_PLATFORM, namespace, 'demo');
      const status = platform?.['status'] as ChatPlatformStatus | undefined;
      const current = status?.observedGeneration === platform?.metadata.generation;
      return current && condition(status, 'Ready')?.status === 'True' ? status : undefined;
    };
    return eventually('Ready', look, PATIENCE_MS).catch(async (error: unknown) => {
      const { conditions } = (await this.statusOf(namespace)) ?? {};
      throw new Error(`never Ready: ${JSON.stringify(conditions)}`, { cause: error });
    });
  }

  untilGone(namespace: string): Promise<true> {
    const look = async () => (await this.lookUp(CHAT_PLATFORM, namespace, 'demo')) === undefined;
    return eventually('the platform is gone', look, PATIENCE_MS);
  }

  /** Waits until the condition has this reason; answers the whole status then. */
  untilReason(namespace: string, type: string, reason: string): Promise<ChatPlatformStatus> {
    const look = async () => {
      const status = await this.statusOf(namespace);
      return condition(status, type)?.reason === reason ? status : undefined;
    };
    return eventually(`${type}: ${reason}`, look, PATIENCE_MS);
  }
}
