import type { ChannelKind } from '@chatplatform/contracts/http/chat';

export interface ChannelSummary {
  readonly channelId: string;
  readonly kind: ChannelKind;
  readonly name: string | null;
}

/**
 * One person's place in one channel. Events may arrive in any order and more than once: the state with the
 * higher `revision` wins, so every order of arrival converges on the same membership.
 */
export interface Membership {
  readonly channelId: string;
  readonly userId: string;
  readonly revision: number;
  readonly active: boolean;
  /** When this state began, by the producer's clock. */
  readonly since: Date;
}

/** The revision of those a channel is created with; every later change counts from 1. */
export const INITIAL_MEMBERSHIP_REVISION = 0;

export function supersedes(incoming: Membership, current: Membership | undefined): boolean {
  return current === undefined || incoming.revision > current.revision;
}
