import type { Clock } from '@chatplatform/kit/clock';
import { nextPresenceRenewal, upkeepOf } from '../core/domain/upkeep.ts';
import type { UpkeepPolicy } from '../core/domain/upkeep.ts';
import type { PresenceEntry, PresenceStore } from '../core/ports/presence-store.ts';
import { ended } from './back-pressure.ts';
import type { GatewaySocket } from './connections.ts';

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
    switch (upkeepOf(policy, session, now)) {
      case 'end-expired':
        endSocket(socket, 'expired');
        break;
      case 'renew-presence':
        session.presenceDueAt = nextPresenceRenewal(now);
        toRenew.push(session);
        break;
      case 'nothing':
    }
  }
  if (toRenew.length > 0) await presence.renew(toRenew);
}
