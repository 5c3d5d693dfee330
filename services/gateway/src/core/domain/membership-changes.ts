/** As the chat service tells it. */
export interface MembershipChange {
  readonly userId: string;
  readonly channelId: string;
  readonly member: boolean;
  /** Of the membership, one more with each change. Absent: it was not told, and the change holds in any case. */
  readonly revision?: number | undefined;
}

/** People in channels whose last revision is remembered at most: what arrives in the wrong order does so within moments. */
const MAX_REVISIONS = 10_000;

/**
 * Changes of membership that arrive while somebody's list of channels is being read. The list may be older than the
 * change, and joining a room by it would let a removed member go on listening; the change wins.
 */
export interface ListReading {
  /** What the list says now, given what was read and what changed meanwhile. */
  settle(channelIds: readonly string[]): string[];
  /** Call it in any case. */
  end(): void;
}

export class MembershipChanges {
  readonly #readings = new Map<string, Set<Map<string, boolean>>>();
  /** By channel and person, the newest last. */
  readonly #revisions = new Map<string, number>();

  /** Call it before the list is asked for. */
  beginReading(userId: string): ListReading {
    const changes = new Map<string, boolean>();
    const ofUser = this.#readings.get(userId) ?? new Set();
    this.#readings.set(userId, ofUser.add(changes));
    return {
      settle: (channelIds) => {
        const settled = new Set(channelIds);
        for (const [channelId, member] of changes) {
          if (member) settled.add(channelId);
          else settled.delete(channelId);
        }
        return [...settled];
      },
      end: () => {
        ofUser.delete(changes);
        if (ofUser.size === 0) this.#readings.delete(userId);
      },
    };
  }

  /** @returns false when it is older than one that was heard of: two Pods may tell in either order */
  note({ userId, channelId, member, revision }: MembershipChange): boolean {
    if (revision !== undefined && !this.#isNews(`${channelId}:${userId}`, revision)) return false;
    for (const changes of this.#readings.get(userId) ?? []) changes.set(channelId, member);
    return true;
  }

  #isNews(key: string, revision: number): boolean {
    if (revision < (this.#revisions.get(key) ?? 0)) return false;
    this.#revisions.delete(key);
    this.#revisions.set(key, revision);
    const [oldest] = this.#revisions.keys();
    if (this.#revisions.size > MAX_REVISIONS && oldest !== undefined) this.#revisions.delete(oldest);
    return true;
  }
}
