import { z } from 'zod';
import { entityId } from '../ids.ts';

/**
 * What the chat service tells the gateway processes themselves (Socket.IO's server-side events through Redis); no
 * client sees them.
 */
export const gatewaySignals = {
  /**
   * Sockets of this user leave the channel's room by a command of their own; this is for those that are being opened
   * and hold a list of channels read before the removal.
   */
  'member:removed': z.object({ channelId: entityId, userId: entityId }),
  /** Changes of membership may have been lost: read the channels of every socket anew. */
  'rooms:stale': z.object({}),
} as const;
export type GatewaySignalName = keyof typeof gatewaySignals;
export type GatewaySignal<S extends GatewaySignalName> = z.infer<(typeof gatewaySignals)[S]>;
