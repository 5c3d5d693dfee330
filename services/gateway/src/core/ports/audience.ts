/** The connected people, on whatever gateway. None of these fails or waits. */
export interface Audience {
  /** To the others in the channel; dropped for whoever is not ready to receive. */
  typing(socketId: string, change: { channelId: string; userId: string; typing: boolean }): void;
  /** To those in these channels. */
  presence(channelIds: readonly string[], change: { userId: string; online: boolean }): void;
  /** Whether the connection is in the channel's room here. */
  isIn(socketId: string, channelId: string): boolean;
}
