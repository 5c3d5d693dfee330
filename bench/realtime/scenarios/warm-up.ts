import { SOCKET_PAUSE_MS } from './persisted.ts';
import { loadNewRoom } from './room-load.ts';
import type { ScenarioContext } from './scenario.ts';

const SENDERS = 20;
const DURATION_MS = 20_000;
const QUICK_DURATION_MS = 2000;

/** Traffic that does not count: the store and the services compile what they run often, and new connections are opened. */
export async function warmUp(
  context: Pick<ScenarioContext, 'options' | 'platform' | 'layout' | 'interrupted'>,
): Promise<void> {
  const { options, platform } = context;
  await loadNewRoom(context, {
    senders: SENDERS,
    load: { kind: 'closed', pauseMs: SOCKET_PAUSE_MS },
    gatewayUrls: platform.gateways.map(({ url }) => url),
    warmUpMs: 0,
    durationMs: options.quick ? QUICK_DURATION_MS : DURATION_MS,
    timeoutMs: 120_000,
  });
}
