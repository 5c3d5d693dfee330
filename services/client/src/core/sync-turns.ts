/**
 * Which channels are being synced. A burst that arrives out of order notices the same gap with every entry of it; this
 * makes one request of them: while one is under way or planned, another wish changes nothing.
 */
export type SyncTurns = ReadonlyMap<string, SyncTurn>;

export interface SyncTurn {
  readonly state: 'planned' | 'asking';
  /** How often it failed since it last went well. */
  readonly failures: number;
}

/** @returns undefined when a sync of this channel is planned or under way already */
export function planSync(turns: SyncTurns, channelId: string): SyncTurns | undefined {
  if (turns.has(channelId)) return undefined;
  return new Map(turns).set(channelId, { state: 'planned', failures: 0 });
}

export function startSync(turns: SyncTurns, channelId: string): SyncTurns {
  return new Map(turns).set(channelId, { state: 'asking', failures: turns.get(channelId)?.failures ?? 0 });
}

/** The next try is planned at once; when it is made is the caller's to say, by how often it failed. */
export function failSync(turns: SyncTurns, channelId: string): { turns: SyncTurns; failures: number } {
  const failures = (turns.get(channelId)?.failures ?? 0) + 1;
  return { turns: new Map(turns).set(channelId, { state: 'planned', failures }), failures };
}

export function endSync(turns: SyncTurns, channelId: string): SyncTurns {
  return new Map([...turns].filter(([id]) => id !== channelId));
}
