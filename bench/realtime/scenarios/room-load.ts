import type { PersistedInput, PersistedResult } from '../generator/jobs.ts';
import { generate } from '../generator/start.ts';
import { createRoom } from '../platform/room.ts';
import type { ScenarioContext } from './scenario.ts';

export type RoomLoad = Pick<PersistedInput, 'load' | 'gatewayUrls' | 'warmUpMs' | 'durationMs'> & {
  readonly senders: number;
  /** @default socket */
  readonly door?: PersistedInput['door'];
  readonly timeoutMs: number;
};

/** Sends to a channel that is made for it. */
export async function loadNewRoom(
  { platform, layout, interrupted }: Pick<ScenarioContext, 'platform' | 'layout' | 'interrupted'>,
  { senders, timeoutMs, door = 'socket', ...load }: RoomLoad,
): Promise<PersistedResult> {
  const people = await platform.identities.people(senders);
  return generate(
    'persisted',
    {
      ...load,
      door,
      chatUrl: platform.chatUrl,
      channelIds: [await createRoom(platform.chatUrl, people, interrupted)],
      tokens: people.map(({ token }) => token),
      servers: platform.processes,
    },
    { processors: layout?.generator, timeoutMs, interrupted },
  );
}
