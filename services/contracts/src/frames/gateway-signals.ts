import { z } from 'zod';
import { entityId } from '../ids.ts';

/**
 * What the chat service tells the gateway processes themselves (Socket.IO's server-side events through Redis); no
 * client sees them.
 */
export const gatewaySignals = {
  /** The user's sockets join the channel's room, also those that are being opened with a list read before. */
  'member:added': z.object({ channelId: entityId, userId: entityId }),
  /** They leave it. */
  'member:removed': z.object({ channelId: entityId, userId: entityId }),
  /** Changes of membership may have been lost: the channels of the user's sockets, or of all, are to be read anew. */
  'rooms:stale': z.object({ userId: entityId.optional() }),
} as const;
export type GatewaySignalName = keyof typeof gatewaySignals;
export type GatewaySignal<S extends GatewaySignalName> = z.infer<(typeof gatewaySignals)[S]>;
