import type { GatewaySignalName } from '@chatplatform/contracts/frames/gateway-signals';
import type { ServerFrames } from '@chatplatform/contracts/frames/socket';
import { rooms } from '@chatplatform/contracts/frames/socket';
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';
import type { Session } from '../core/domain/session.ts';
import type { Audience } from '../core/ports/audience.ts';
import type { Rooms } from '../core/ports/rooms.ts';

export interface SocketData {
  session: Session;
}
/** What clients and other processes send is checked when it comes, so nothing is typed about it here. */
export type ClientFramesUnchecked = DefaultEventsMap;
export type SignalsUnchecked = { [S in GatewaySignalName]: (body: unknown) => void };

export type GatewaySocket = Socket<ClientFramesUnchecked, ServerFrames, SignalsUnchecked, SocketData>;
export type GatewayNamespace = Namespace<ClientFramesUnchecked, ServerFrames, SignalsUnchecked, SocketData>;

/** The rooms of this process, by way of its adapter: also of sockets that are still being opened. */
export function createRooms(namespace: GatewayNamespace): Rooms {
  const { adapter } = namespace;
  const socketsOf = (userId: string): readonly string[] => [...(adapter.rooms.get(rooms.user(userId)) ?? [])];
  return {
    setChannels(socketId, channelIds) {
      const wanted = new Set(channelIds.map(rooms.channel));
      const current = [...(adapter.sids.get(socketId) ?? [])].filter(isChannelRoom);
      for (const room of current) if (!wanted.has(room)) adapter.del(socketId, room);
      // Closed meanwhile: joining would leave it in the rooms for ever.
      if (adapter.sids.has(socketId)) adapter.addAll(socketId, wanted);
    },
    addToChannel(userId, channelId) {
      for (const socketId of socketsOf(userId)) adapter.addAll(socketId, new Set([rooms.channel(channelId)]));
    },
    removeFromChannel(userId, channelId) {
      for (const socketId of socketsOf(userId)) adapter.del(socketId, rooms.channel(channelId));
    },
  };
}

const CHANNEL_PREFIX = rooms.channel('');
const isChannelRoom = (room: string): boolean => room.startsWith(CHANNEL_PREFIX);

/**
 * The connections of this process that belong to one session; not those that are still being opened. Sessions end
 * seldom: to look at all connections then costs less than a room for each of them.
 */
export const socketsOf = (namespace: GatewayNamespace, sessionId: string): GatewaySocket[] =>
  [...namespace.sockets.values()].filter(({ data }) => data.session.sessionId === sessionId);

export function createAudience(namespace: GatewayNamespace): Audience {
  return {
    typing(fromSocketId, change) {
      const from = fromSocketId === null ? [] : [fromSocketId];
      namespace.to(rooms.channel(change.channelId)).except(from).volatile.emit('typing:changed', change);
    },
    presence(channelIds, change) {
      if (channelIds.length > 0) namespace.to(channelIds.map(rooms.channel)).emit('presence:changed', change);
    },
    isIn: (socketId, channelId) =>
      namespace.adapter.rooms.get(rooms.channel(channelId))?.has(socketId) ?? false,
  };
}
