import type { Clock } from '@chatplatform/kit/clock';
import { createCounter } from '@chatplatform/kit/metrics';
import { nextPresenceRenewal, upkeepOf } from '../core/domain/upkeep.ts';
import type { UpkeepPolicy } from '../core/domain/upkeep.ts';
import type { PresenceEntry, PresenceStore } from '../core/ports/presence-store.ts';
import type { GatewaySocket } from './connections.ts';

const ended = createCounter({
  name: 'gateway_connections_ended_total',
  help: 'Connections that the gateway ended, by reason.',
  labelNames: ['reason'],
});

export interface UpkeepDeps {
  readonly sockets: () => Iterable<GatewaySocket>;
  readonly presence: Pick<PresenceStore, 'renew'>;
  readonly policy: UpkeepPolicy;
  readonly clock: Clock;
}

export function endSocket(socket: GatewaySocket, reason: 'expired' | 'draining' | 'revoked'): void {
  ended.inc({ reason });
  socket.emit('session:ended', { reason });
  socket.disconnect(true);
}

/** One look at every connection of this process; cheap enough for once a second. */
export async function keepUp({ sockets, presence, policy, clock }: UpkeepDeps): Promise<void> {
  const now = clock.now().getTime();
  const toRenew: PresenceEntry[] = [];
  for (const socket of sockets()) {
    const { session } = socket.data;
    switch (upkeepOf(policy, session, bufferedPackets(socket), now)) {
      case 'end-expired':
        endSocket(socket, 'expired');
        break;
      case 'cut-slow':
        ended.inc({ reason: 'slow' });
        // The transport goes at once: a goodbye would only join the queue.
        socket.conn.close(true);
        break;
      case 'renew-presence':
        session.presenceDueAt = nextPresenceRenewal(now);
        toRenew.push({ userId: session.userId, socketId: session.socketId });
        break;
      case 'nothing':
    }
  }
  if (toRenew.length > 0) await presence.renew(toRenew);
}

/** What engine.io holds for a transport that does not take it: its field is private in types, and told nowhere else. */
function bufferedPackets({ conn }: GatewaySocket): number {
  const buffer: unknown = Reflect.get(conn, 'writeBuffer');
  return Array.isArray(buffer) ? buffer.length : 0;
}
