/** Which connections of this process hear which channels. */
export interface Rooms {
  /** The connection is in the rooms of exactly these channels from now on. */
  setChannels(socketId: string, channelIds: readonly string[]): void;
  /** Every connection this person has here, also one that is still being opened. */
  addToChannel(userId: string, channelId: string): void;
  removeFromChannel(userId: string, channelId: string): void;
}
