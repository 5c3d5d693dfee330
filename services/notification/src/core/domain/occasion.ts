/** Something that happened which people may have to be told of. */
export type Occasion = MessageOccasion | FriendshipOccasion;

export interface MessageOccasion {
  readonly kind: 'message';
  readonly messageId: string;
  readonly channelId: string;
  readonly senderId: string;
  readonly text: string;
  readonly attachmentCount: number;
  readonly mentions: readonly string[];
}

export interface FriendshipOccasion {
  readonly kind: 'friend-request' | 'friend-accepted';
  readonly actorId: string;
  readonly recipientId: string;
}

/** The person who caused it; never told of their own doing. */
export function actorOf(occasion: Occasion): string {
  return occasion.kind === 'message' ? occasion.senderId : occasion.actorId;
}

export function channelOf(occasion: Occasion): string | null {
  return occasion.kind === 'message' ? occasion.channelId : null;
}
