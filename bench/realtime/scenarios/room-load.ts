import type { PersistedInput } from '../generator/jobs.ts';
import { generate } from '../generator/start.ts';
import { createRoom } from '../platform/room.ts';
import type { ScenarioContext } from './scenario.ts';

export type RoomLoad = Pick<PersistedInput, 'load' | 'gatewayUrls' | 'warmUpMs' | 'durationMs'> & {
  readonly senders: number;
  readonly timeoutMs: number;
};

/** Sends by socket to a channel that is made for it, with everybody in it connected. */
export async function loadNewRoom(
  { platform, layout, interrupted }: Pick<ScenarioContext, 'platform' | 'layout' | 'interrupted'>,
  { senders, timeoutMs, ...load }: RoomLoad,
): Promise<void> {
  const people = await platform.identities.people(senders);
  await generate(
    'persisted',
    {
      ...load,
      door: 'socket',
      chatUrl: platform.chatUrl,
      channelIds: [await createRoom(platform.chatUrl, people, interrupted)],
      tokens: people.map(({ token }) => token),
      servers: platform.processes,
    },
    { processors: layout?.generator, timeoutMs, interrupted },
  );
}
