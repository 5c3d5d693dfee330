export interface PresenceEntry {
  readonly userId: string;
  readonly socketId: string;
  /** The device wants its person not to be seen. */
  readonly hidden: boolean;
}

/** Whether others see the person, before and after. */
export interface Shown {
  readonly before: boolean;
  readonly after: boolean;
}

/**
 * Who is connected, on whatever gateway. Every method throws DomainError `unavailable` while the store is away;
 * entries are not lost by that, they are renewed.
 */
export interface PresenceStore {
  /** A connection that has come, or that has changed its mind about being seen. */
  put(entry: PresenceEntry): Promise<Shown>;
  renew(entries: readonly PresenceEntry[]): Promise<void>;
  remove(entry: PresenceEntry): Promise<Shown>;
  /** Connected, whether they want to be seen or not: for services that have to know whether somebody is reached. */
  connectedAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Seen by other people. */
  shownAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
}
