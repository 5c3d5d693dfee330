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

  /** The last change of a channel counts. */
  note(userId: string, channelId: string, member: boolean): void {
    for (const changes of this.#readings.get(userId) ?? []) changes.set(channelId, member);
  }
}
