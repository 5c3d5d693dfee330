/** The connected people, on whatever gateway. None of these fails or waits. */
export interface Audience {
  /** To all connections in the channel, but the one it comes from; dropped for whoever is not ready to receive. */
  typing(fromSocketId: string | null, change: { channelId: string; userId: string; typing: boolean }): void;
  /** To those in these channels. */
  presence(channelIds: readonly string[], change: { userId: string; online: boolean }): void;
  /** Whether the connection is in the channel's room here. */
  isIn(socketId: string, channelId: string): boolean;
}
