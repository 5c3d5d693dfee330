import { drainPlan } from '../core/domain/drain.ts';
import type { GatewaySocket } from './connections.ts';
import { endSocket } from './upkeep.ts';

const POLL_MS = 20;

/**
 * Ends all connections spread over the window, each once its frames in flight are answered (those that take longer
 * than the window are cut at its end).
 */
export async function drain(
  sockets: readonly GatewaySocket[],
  { windowMs, pause }: { windowMs: number; pause: (milliseconds: number) => Promise<void> },
): Promise<void> {
  const plan = drainPlan(sockets.length, windowMs);
  await Promise.all(
    sockets.map(async (socket, index) => {
      const startMs = plan[index] ?? 0;
      await pause(startMs);
      for (let waited = startMs; socket.data.session.inFlight > 0 && waited < windowMs; waited += POLL_MS) {
        await pause(POLL_MS);
      }
      if (socket.connected) endSocket(socket, 'draining');
    }),
  );
}
