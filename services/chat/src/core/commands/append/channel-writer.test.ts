import { describe, expect, it } from '@jest/globals';
import { ChannelWriter, MAX_WAITING } from './channel-writer.ts';
import type { EntryDraft } from './draft.ts';
import { channelOf, memberOf, sendDraft, startPod } from './model-pod.ts';
import { ModelStore } from './model-store.ts';

/** Lets everything go on at once, and replicates as it goes. */
function instantStore(...members: string[]): ModelStore {
  const store: ModelStore = new ModelStore(
    channelOf(),
    members.map((userId) => memberOf(userId)),
    async () => {
      await Promise.resolve();
      store.replicateOne();
    },
  );
  return store;
}

describe('a channel writer', () => {
  it('commits those who arrive while a group is in flight as one group', async () => {
    const store = instantStore('ada');
    const sizes: number[] = [];
    const append = store.append.bind(store);
    store.append = (entries) => {
      sizes.push(entries.length);
      return append(entries);
    };
    const { writer } = startPod(store, () => Promise.resolve());
    const results = await Promise.all(
      Array.from({ length: 51 }, (_, index) => writer.append(sendDraft('ada', `message-${index}`))),
    );
    expect(sizes).toEqual([1, 50]);
    expect(results.map(({ entry }) => entry?.seq)).toEqual(results.map((_, index) => index + 1));
    expect(results.every(({ repeated }) => !repeated)).toBe(true);
  });

  it('answers a retry with the first result and says so', async () => {
    const store = instantStore('ada');
    const { writer } = startPod(store, () => Promise.resolve());
    const first = await writer.append(sendDraft('ada', 'one'));
    await writer.append(sendDraft('ada', 'two'));
    const other = startPod(store, () => Promise.resolve());
    const [again, next] = await Promise.all([
      other.writer.append(sendDraft('ada', 'one', 'changed')),
      other.writer.append(sendDraft('ada', 'three')),
    ]);
    expect(again).toEqual({ entry: first.entry, repeated: true });
    expect(next.entry?.seq).toBe(3);
    expect(store.committed).toHaveLength(3);
  });

  it('refuses who is not in the channel, and one who was removed by another Pod a moment ago', async () => {
    const store = instantStore('ada', 'bob');
    const [here, there] = [
      startPod(store, () => Promise.resolve()),
      startPod(store, () => Promise.resolve()),
    ];
    await expect(here.writer.append(sendDraft('eve', 'hello'))).rejects.toMatchObject({ kind: 'not-found' });
    const said = await here.writer.append(sendDraft('bob', 'hello'));
    const removal: EntryDraft = {
      channelId: store.channel.id,
      actorId: 'ada',
      operation: null,
      concerns: ['bob'],
      decide: () => ({ type: 'member-removed', userId: 'bob', revision: 1 }),
    };
    await there.writer.append(removal);
    await expect(here.writer.append(sendDraft('bob', 'after'))).rejects.toMatchObject({ kind: 'not-found' });
    // What he did before is still his.
    await expect(here.writer.append(sendDraft('bob', 'hello'))).resolves.toEqual({
      entry: said.entry,
      repeated: true,
    });
    expect(store.committed.map(({ type }) => type)).toEqual(['message', 'member-removed']);
  });

  it('starts again from the cursor when the documents could not be written', async () => {
    const store = instantStore('ada', 'bob');
    const { writer } = startPod(store, () => Promise.resolve());
    const apply = store.apply.bind(store);
    store.apply = () => Promise.reject(new Error('away'));
    await writer.append(sendDraft('ada', 'one'));
    await expect(writer.settle()).rejects.toMatchObject({ kind: 'unavailable' });
    store.apply = apply;
    await writer.append(sendDraft('ada', 'two'));
    await writer.settle();
    expect(store.channel).toMatchObject({ lastSeq: 2, messageCount: 2 });
    expect(store.memberships.get('ada')).toMatchObject({ readSeq: 2, readCount: 2 });
  });

  it('turns people away when too many wait', async () => {
    const store = new ModelStore(channelOf(), [], () => new Promise(() => undefined));
    const { writer } = startPod(store, () => Promise.resolve());
    for (let index = 0; index <= MAX_WAITING; index += 1) {
      writer.append(sendDraft('ada', `message-${index}`)).catch(() => undefined);
    }
    await expect(writer.append(sendDraft('ada', 'one too many'))).rejects.toMatchObject({
      kind: 'rate-limited',
      retryAfterSeconds: 1,
    });
  });

  it('gives up contending for a place after a while', async () => {
    let now = 0;
    const store = instantStore('ada');
    const writer = new ChannelWriter(store.channel.id, {
      log: {
        append: () => Promise.resolve(0),
        firstResults: () => Promise.resolve({ entries: [], unplaced: [] }),
        keepUnplaced: () => Promise.resolve(),
        read: () => Promise.resolve([]),
      },
      clock: { now: () => new Date(now) },
      findChannel: () => Promise.resolve(store.channel),
      standings: (_channelId, userIds) => store.standings(userIds),
      project: () => Promise.resolve(),
      onStored: () => undefined,
      onAbsorbed: () => undefined,
      onContention: () => undefined,
      pause: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
      random: () => 0,
    });
    await expect(writer.append(sendDraft('ada', 'one'))).rejects.toMatchObject({ kind: 'unavailable' });
    expect(now).toBeGreaterThan(4000);
    expect(writer.idle).toBe(true);
  });
});
