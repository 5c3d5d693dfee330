import { describe, expect, it } from '@jest/globals';
import type { Entry } from '../../domain/entry.ts';
import { entryId } from '../../domain/entry.ts';
import { Announcements } from './announcements.ts';
import { tellUntold } from './tell-untold.ts';

const CHANNEL = '0198c000-0000-7000-8000-000000000001';
const base = (seq: number, channelId = CHANNEL) => ({
  id: entryId(channelId, seq),
  channelId,
  seq,
  messageCount: 0,
  actorId: 'ada',
  operation: `${channelId} ${seq}`,
  at: new Date(seq),
});
const archived = (seq: number, channelId = CHANNEL): Entry => ({ ...base(seq, channelId), type: 'archived' });
const removed = (seq: number, userId = 'eve'): Entry => ({
  ...base(seq),
  type: 'member-removed',
  userId,
  revision: 2,
});
const added = (seq: number, userId = 'eve'): Entry => ({
  ...base(seq),
  type: 'member-added',
  userId,
  role: 'member',
  revision: 3,
});
const promoted = (seq: number, userId = 'eve'): Entry => ({
  ...base(seq),
  type: 'role-changed',
  userId,
  role: 'moderator',
  revision: 4,
});
const receipts = (seq: number): Entry => ({ ...base(seq), actorId: null, type: 'receipts', receipts: [] });
const ids = (...seqs: number[]): string[] => seqs.map((seq) => entryId(CHANNEL, seq));

/** A store of entries that outlives a process, and gateways that write down what they hear. */
function setUp(stored: readonly Entry[] = []) {
  const heard: string[] = [];
  /** Ids that the store was asked for. */
  const read: string[] = [];
  const untold = new Set<string>();
  const gateways = { away: false };
  const hear = async ({ seq }: Entry, how = ''): Promise<boolean> => {
    if (gateways.away) return false;
    heard.push(`${how}${seq}`);
    return true;
  };
  /** What is done before anything is told that this process does not know of. */
  const writer = { catchUp: async (_channelId: string): Promise<void> => undefined };
  const failures: unknown[] = [];
  const store = {
    find: async (_before: Date, limit: number) => [...untold].slice(0, limit),
    forget: async (entryIds: readonly string[]) => entryIds.forEach((id) => untold.delete(id)),
  };
  const start = () =>
    new Announcements({
      live: {
        appended: (entry) => hear(entry),
        appendedBefore: (entry) => hear(entry, 'again '),
        moveSeen: (entry) => hear(entry, 'seen '),
        moveDoubted: (entry) => hear(entry, 'doubted '),
      },
      log: {
        read: async (entryIds) => {
          read.push(...entryIds);
          return stored.filter(({ id }) => entryIds.includes(id)).toSorted((a, b) => a.seq - b.seq);
        },
      },
      untold: store,
      catchUp: (channelId) => writer.catchUp(channelId),
      onError: (error) => failures.push(error),
    });
  return { heard, read, untold, gateways, store, writer, failures, start, announcements: start() };
}

describe('announcements', () => {
  it('what this process has told of is not told again', async () => {
    const { announcements, heard } = setUp([archived(1), archived(2)]);
    announcements.tell(archived(1));
    announcements.tell(archived(2));
    expect(await announcements.ensureTold(ids(1, 2))).toEqual(new Set(ids(1, 2)));
    expect(heard).toEqual(['1', '2']);
  });

  it('what a process that died has stored is told by another, in order', async () => {
    const { announcements, heard } = setUp([archived(2), archived(1), archived(3)]);
    expect(await announcements.ensureTold(ids(3, 1, 2))).toEqual(new Set(ids(1, 2, 3)));
    expect(heard).toEqual(['again 1', 'again 2', 'again 3']);
    await announcements.ensureTold(ids(1, 2, 3));
    expect(heard).toHaveLength(3);
  });

  it('what did not reach the gateways is not taken for told, and is told when they are back', async () => {
    const { announcements, heard, gateways } = setUp([archived(1), archived(2)]);
    announcements.tell(archived(1));
    gateways.away = true;
    announcements.tell(archived(2));
    expect(await announcements.ensureTold(ids(1, 2))).toEqual(new Set(ids(1)));
    gateways.away = false;
    await announcements.retry();
    expect(heard).toEqual(['1', 'again 2']);
    expect(await announcements.ensureTold(ids(1, 2))).toEqual(new Set(ids(1, 2)));
    expect(heard).toHaveLength(2);
  });

  it('of many the last are told: the gap before them is fetched. Of removals every one', async () => {
    const many = [removed(1), ...Array.from({ length: 30 }, (_, index) => archived(index + 2))];
    const { announcements, heard } = setUp(many);
    expect((await announcements.ensureTold(many.map(({ id }) => id))).size).toBe(31);
    expect(heard).toEqual(['again 1', ...[24, 25, 26, 27, 28, 29, 30, 31].map((seq) => `again ${seq}`)]);
  });

  it('when the gateways are back, of very many no more are read than are told', async () => {
    const many = [removed(1), ...Array.from({ length: 3000 }, (_, index) => archived(index + 2))];
    const { announcements, heard, read, gateways } = setUp(many);
    gateways.away = true;
    for (const entry of many) announcements.tell(entry);
    await new Promise(setImmediate);
    gateways.away = false;
    await announcements.retry();
    expect(heard.length).toBe(9);
    expect(read).toEqual(ids(1, 2994, 2995, 2996, 2997, 2998, 2999, 3000, 3001));
    expect((await announcements.ensureTold(many.map(({ id }) => id))).size).toBe(3001);
  });

  it('what is left to be fetched is untold while what follows it is', async () => {
    const many = Array.from({ length: 20 }, (_, index) => archived(index + 1));
    const { announcements, gateways } = setUp(many);
    gateways.away = true;
    expect(await announcements.ensureTold(many.map(({ id }) => id))).toEqual(new Set());
  });

  it('what another process stored is told once everybody who came or went before it is known', async () => {
    const { announcements, heard, writer } = setUp([archived(6), archived(7)]);
    const order: string[] = [];
    writer.catchUp = async (channelId) => {
      order.push(channelId);
      await new Promise(setImmediate);
      announcements.passOn([removed(5)]);
    };
    await announcements.ensureTold(ids(6, 7));
    expect(heard).toEqual(['seen 5', 'again 6', 'again 7']);
    expect(order).toEqual([CHANNEL]);
  });

  it('what cannot be known so is left for later; what this process stored itself is not', async () => {
    const { announcements, heard, gateways, writer, failures } = setUp([archived(6), archived(7)]);
    writer.catchUp = () => Promise.reject(new Error('the store is away'));
    gateways.away = true;
    announcements.tell(archived(7));
    await new Promise(setImmediate);
    gateways.away = false;
    expect(await announcements.ensureTold(ids(6))).toEqual(new Set());
    expect(await announcements.ensureTold(ids(7))).toEqual(new Set(ids(7)));
    expect(heard).toEqual(['again 7']);
    expect(failures).toHaveLength(1);
    writer.catchUp = async () => undefined;
    expect(await announcements.ensureTold(ids(6))).toEqual(new Set(ids(6)));
  });

  it('of a person who came and went elsewhere the last move is passed on, whatever else is said of them', async () => {
    const { announcements, heard } = setUp();
    announcements.passOn([removed(1), archived(2), added(3), promoted(4), removed(5, 'bob')]);
    expect(heard).toEqual(['seen 3', 'seen 5']);
    expect(await announcements.untoldMoves([removed(1), added(3), promoted(4), removed(5, 'bob')])).toEqual(
      [],
    );
  });

  it('moves that the gateways were not told of are known, whoever wrote them', async () => {
    const { announcements, gateways } = setUp();
    announcements.tell(removed(1, 'ada'));
    gateways.away = true;
    announcements.tell(removed(2, 'bob'));
    announcements.tell(archived(3));
    announcements.passOn([removed(4), added(5)]);
    const stored = [removed(1, 'ada'), removed(2, 'bob'), archived(3), removed(4), added(5)];
    expect(await announcements.untoldMoves(stored)).toEqual(ids(2, 4, 5));
    expect(await announcements.doubt([added(5)])).toBe(false);
    gateways.away = false;
    expect(await announcements.doubt([removed(2, 'bob'), added(5)])).toBe(true);
  });

  it('an entry without an event stays marked until it is told', async () => {
    const { announcements, heard, gateways, untold, store, start } = setUp([receipts(1), receipts(2)]);
    ids(1, 2).forEach((id) => untold.add(id));
    announcements.tell(receipts(1));
    gateways.away = true;
    announcements.tell(receipts(2));
    await new Promise(setImmediate);
    expect([...untold]).toEqual(ids(2));

    const later = { untold: store, announcements: start() };
    expect(await tellUntold(later, new Date())).toBe(0);
    gateways.away = false;
    expect(await tellUntold(later, new Date())).toBe(1);
    expect(heard).toEqual(['1', 'again 2']);
    expect(untold.size).toBe(0);
  });

  it('every page of what is untold is told', async () => {
    const many = Array.from({ length: 450 }, (_, index) => archived(1, `channel ${index}`));
    const { announcements, heard, untold, store } = setUp(many);
    many.forEach(({ id }) => untold.add(id));
    expect(await tellUntold({ untold: store, announcements }, new Date())).toBe(450);
    expect(heard).toHaveLength(450);
    expect(untold.size).toBe(0);
  });
});
