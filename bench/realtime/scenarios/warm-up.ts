import { generate } from '../generator/start.ts';
import { createRoom } from '../platform/room.ts';
import { SOCKET_PAUSE_MS } from './persisted.ts';
import type { ScenarioContext } from './scenario.ts';

const SENDERS = 20;
const DURATION_MS = 20_000;
const QUICK_DURATION_MS = 2000;

/** Traffic that does not count: the store and the services compile what they run often, and new connections are opened. */
export async function warmUp(
  context: Pick<ScenarioContext, 'options' | 'platform' | 'layout' | 'interrupted'>,
): Promise<void> {
  const { options, platform, layout, interrupted } = context;
  const people = await platform.identities.people(SENDERS);
  await generate(
    'persisted',
    {
      door: 'socket',
      load: { kind: 'closed', pauseMs: SOCKET_PAUSE_MS },
      chatUrl: platform.chatUrl,
      gatewayUrls: platform.gateways.map(({ url }) => url),
      channelIds: [await createRoom(platform.chatUrl, people, interrupted)],
      tokens: people.map(({ token }) => token),
      warmUpMs: 0,
      durationMs: options.quick ? QUICK_DURATION_MS : DURATION_MS,
      servers: platform.processes,
    },
    { processors: layout?.generator, timeoutMs: 120_000, interrupted },
  );
}
