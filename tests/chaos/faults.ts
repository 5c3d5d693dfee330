import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Pod } from './plan.ts';
import type { Killable } from './world/process.ts';
import type { World } from './world/world.ts';

/** Lets it happen, and heals it again. */
export async function inflict(
  world: World,
  { fault, pod, forMs }: { fault: Fault; pod: Pod; forMs: number },
): Promise<void> {
  await INFLICT[fault](world, pod, forMs);
}

const killed = async (killable: Killable, forMs: number): Promise<void> => {
  await killable.kill();
  await pause(forMs / 3);
  await killable.start();
};

type Broken = { restore(): void };
const broken = async (way: Broken, forMs: number): Promise<void> => {
  await pause(forMs);
  way.restore();
};

const INFLICT: Record<Fault, (world: World, pod: Pod, forMs: number) => Promise<void>> = {
  'kill-gateway': (world, pod, forMs) => killed(world.gateways[pod], forMs),
  'kill-chat': (world, pod, forMs) => killed(world.chats[pod], forMs),
  'kill-redis': (world, _pod, forMs) => killed(world.stores.redis, forMs),
  'kill-store': (world, _pod, forMs) => killed(world.stores.mongodb, forMs),
  'kill-broker': (world, _pod, forMs) => killed(world.stores.rabbitmq, forMs),
  // Redis keeps nothing on disk here: killed, it comes back empty. Flushed, it does so without a lost connection.
  'flush-redis': (world) => world.flushRedis(),
  'cut-clients': async ({ clients }, _pod, forMs) => {
    clients.cut();
    await broken(clients, forMs / 2);
  },
  'silence-clients': async ({ clients }, _pod, forMs) => {
    clients.blackhole();
    await broken(clients, forMs);
  },
  'delay-clients': async ({ clients }, _pod, forMs) => {
    clients.delay(40);
    await broken(clients, forMs);
  },
  'cut-store': async ({ ways }, pod, forMs) => {
    ways[pod].chatToStore.cut();
    await broken(ways[pod].chatToStore, forMs);
  },
  'silence-store': async ({ ways }, pod, forMs) => {
    ways[pod].chatToStore.blackhole();
    await broken(ways[pod].chatToStore, forMs);
  },
  'cut-redis': async ({ ways }, pod, forMs) => {
    for (const way of [ways[pod].chatToRedis, ways[pod].gatewayToRedis]) way.cut();
    await pause(forMs);
    for (const way of [ways[pod].chatToRedis, ways[pod].gatewayToRedis]) way.restore();
  },
  'cut-broker': async ({ ways }, pod, forMs) => {
    ways[pod].chatToBroker.cut();
    await broken(ways[pod].chatToBroker, forMs);
  },
  'cut-gateway-from-chat': async ({ ways }, pod, forMs) => {
    ways[pod].gatewayToChat.cut();
    await broken(ways[pod].gatewayToChat, forMs);
  },
};
