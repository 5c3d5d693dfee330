import { z } from 'zod';
import { entityId } from '../ids.ts';

const membershipSignal = z.object({
  channelId: entityId,
  userId: entityId,
  /** Of the membership after the change. Two Pods may tell in either order: the later change holds. Absent: it holds whatever was told. */
  revision: z.int().min(0).optional(),
});

/**
 * What the chat service tells the gateway processes themselves (Socket.IO's server-side events through Redis); no
 * client sees them.
 */
export const gatewaySignals = {
  /** The user's sockets join the channel's room, also those that are being opened with a list read before. */
  'member:added': membershipSignal,
  /** They leave it. */
  'member:removed': membershipSignal,
  /** Changes of membership may have been lost: the channels of the user's sockets, or of all, are to be read anew. */
  'rooms:stale': z.object({ userId: entityId.optional() }),
} as const;
export type GatewaySignalName = keyof typeof gatewaySignals;
export type GatewaySignal<S extends GatewaySignalName> = z.infer<(typeof gatewaySignals)[S]>;
