import { describe, expect, it } from '@jest/globals';
import { DomainError } from '@chatplatform/kit/errors';
import fc from 'fast-check';
import { isMove } from '../../domain/entry.ts';
import type { Entry } from '../../domain/entry.ts';
import { isActorsOwn } from '../../domain/operation.ts';
import { addMember } from '../add-member.ts';
import { archiveChannel } from '../archive-channel.ts';
import { deleteMessage, editMessage, reactToMessage } from '../change-message.ts';
import { removeMember } from '../remove-member.ts';
import { sendMessage } from '../send-message.ts';
import type { Appended } from './answers.ts';
import type { EntryDraft } from './draft.ts';
import { CHANNEL, channelOf, memberOf, startPod } from './model-pod.ts';
import type { Pod } from './model-pod.ts';
import { ModelStore } from './model-store.ts';
import type { Fault } from './model-store.ts';
import { isArchived, isDeleted, isMember, messageAt, unreadOf } from './replay.ts';

const PEOPLE = ['ada', 'bob', 'eve'];
/** Ada owns the channel; Eve is not in it at first. */
const FIRST = ['ada', 'bob'];
const by = fc.constantFrom(...PEOPLE);
const at = fc.integer({ min: 1, max: 5 });
const mentions = fc.subarray(PEOPLE);
const done = <T extends string>(name: T): fc.Arbitrary<T> => fc.constant(name);

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ done: done('send'), by, mentions }) },
  { weight: 3, arbitrary: fc.record({ done: done('edit'), by, at, mentions }) },
  { weight: 2, arbitrary: fc.record({ done: done('delete'), by, at }) },
  { weight: 2, arbitrary: fc.record({ done: done('react'), by, at, added: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ done: done('remove'), by, whom: by }) },
  { weight: 2, arbitrary: fc.record({ done: done('add'), by, whom: by }) },
  { weight: 1, arbitrary: fc.record({ done: done('archive'), by, archived: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ done: done('read'), by, at }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const scenario = fc.record({
  pods: fc.integer({ min: 1, max: 3 }),
  actions: fc.array(action, { minLength: 1, maxLength: 14 }),
  faults: fc.array(fc.constantFrom<Fault>('none', 'request-lost', 'reply-lost', 'disconnected'), {
    maxLength: 12,
  }),
  failovers: fc.nat(3),
  crashes: fc.nat(3),
  scheduler: fc.scheduler(),
});

interface Appending {
  append(draft: EntryDraft): Promise<Appended>;
}

/** The commands as the service runs them, over the documents of the model. */
function perform(one: Action, index: number, store: ModelStore, appender: Appending): Promise<unknown> {
  const members = (): ReturnType<typeof memberOf>[] => [...store.memberships.values()];
  const deps = {
    appender,
    settled: { of: async () => new Map([[CHANNEL, store.channel]]) },
    memberships: {
      findIn: async (_ids: readonly string[], userId: string) => members().filter((m) => m.userId === userId),
      findMany: async (_id: string, ids: readonly string[]) =>
        members().filter((m) => ids.includes(m.userId)),
      ofChannel: async () => members().filter(({ active }) => active),
    },
    memberCounts: { of: async () => new Map<string, number>() },
    people: { unknownAmong: async () => [] },
    live: { joined: () => undefined },
  };
  const base = { channelId: CHANNEL, actorId: one.by };
  const change = { ...base, clientOperationId: `op-${index}` };
  const content = { clientMessageId: `op-${index}`, text: `text ${index}`, attachments: [], replyTo: null };
  switch (one.done) {
    case 'send':
      return sendMessage(deps, { channelId: CHANNEL, senderId: one.by, ...content, mentions: one.mentions });
    case 'edit':
      return editMessage(deps, {
        ...change,
        messageSeq: one.at,
        text: `edit ${index}`,
        mentions: one.mentions,
      });
    case 'delete':
      return deleteMessage(deps, { ...base, messageSeq: one.at });
    case 'react':
      return reactToMessage(deps, { ...change, messageSeq: one.at, emoji: '👍', added: one.added });
    case 'archive':
      return archiveChannel(deps, { ...base, archived: one.archived });
    case 'add':
      return addMember(deps, { ...base, userId: one.whom });
    case 'remove':
      return removeMember(deps, { ...base, userId: one.whom });
    case 'read':
      return appender.append({
        ...base,
        actorId: null,
        operation: null,
        concerns: [one.by],
        decide: ({ standings, seq, messageCount }) =>
          standings.get(one.by)?.active
            ? {
                type: 'receipts',
                receipts: [{ userId: one.by, readSeq: seq, readCount: messageCount, deliveredSeq: seq }],
              }
            : undefined,
      });
  }
}

/** What a command did not want, or could not find out: the client hears of it, and that is all. */
const unlessRefused = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
};

function expectLawful(entries: readonly Entry[]): void {
  for (const entry of entries) {
    const before = entry.seq - 1;
    if (entry.type === 'receipts') continue;
    expect(isMember(entries, entry.actorId ?? '', before, FIRST)).toBe(true);
    if (entry.type === 'member-removed' || entry.type === 'role-changed') continue;
    if (entry.type !== 'unarchived') expect(isArchived(entries, before)).toBe(false);
    if ('messageSeq' in entry) expect(isDeleted(entries, entry.messageSeq, before)).toBe(false);
  }
}

function expectDense(entries: readonly Entry[]): void {
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  let messages = 0;
  for (const entry of entries) {
    if (entry.type === 'message') expect(entry.message.number).toBe((messages += 1));
    expect(entry.messageCount).toBe(messages);
  }
  expect(new Set(entries.map(({ operation }) => operation)).size).toBe(entries.length);
}

function expectCursor({ channel }: ModelStore, entries: readonly Entry[]): void {
  const { lastSeq, messageCount, movesSeq, archived } = channel;
  expect({ lastSeq, messageCount, movesSeq, archived }).toEqual({
    lastSeq: entries.length,
    messageCount: entries.filter(({ type }) => type === 'message').length,
    movesSeq: entries.findLast(isMove)?.seq ?? 0,
    archived: isArchived(entries, Infinity),
  });
}

/** The documents, against the stream read by the plainest means. */
function expectProjected(store: ModelStore, entries: readonly Entry[]): void {
  expectCursor(store, entries);
  const { messageCount } = store.channel;
  for (const said of entries) {
    if (said.type !== 'message') continue;
    const { text, mentions: mentioned, reactions } = store.messages.get(said.seq) ?? said.message;
    const reacting = reactions.map(({ userId }) => userId).toSorted();
    expect({ text, mentions: mentioned, reactions: reacting }).toEqual(messageAt(entries, said.seq));
  }
  for (const userId of PEOPLE) {
    const membership = store.memberships.get(userId);
    const isIn = isMember(entries, userId, Infinity, FIRST);
    expect(membership?.active ?? false).toBe(isIn);
    if (!membership || !isIn) continue;
    const { readSeq, readCount, unreadMentions } = membership;
    expect({ readSeq, unread: messageCount - readCount, mentions: unreadMentions }).toEqual(
      unreadOf(entries, userId),
    );
  }
}

describe('a channel written by several Pods', () => {
  it('is dense, lawful and once for all, and its documents say what its stream says, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ scheduler, ...given }) => {
        const step = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what);
        const faults = [...given.faults];
        const store = new ModelStore(channelOf(), FIRST.map(memberOf), step, () => faults.shift() ?? 'none');
        const pods = Array.from({ length: given.pods }, () => startPod(store, step));
        const everyPod = [...pods];
        let turn = 0;
        const nextPod = (): Pod => {
          const pod = pods[turn++ % pods.length];
          if (!pod) throw new Error('no Pod');
          return pod;
        };
        const acknowledged: Entry[] = [];
        const refused = new Set<string>();
        /** As a client does: again, through whichever Pod comes next, until there is an answer. */
        const untilAnswered = async (draft: EntryDraft): Promise<Appended> => {
          for (;;) {
            const pod = nextPod();
            try {
              const appended = await Promise.race([pod.writer.append(draft), pod.crashed.promise]);
              if (appended.entry) acknowledged.push(appended.entry);
              return appended;
            } catch (error) {
              if (!(error instanceof DomainError)) throw error;
              if (error.kind === 'unavailable') continue;
              if (draft.operation !== null && isActorsOwn(draft.operation)) refused.add(draft.operation);
              throw error;
            }
          }
        };
        const appender = {
          /** Twice at once by a client that lost patience: one result for both. */
          append: async (draft: EntryDraft): Promise<Appended> => {
            const [one, other] = await Promise.allSettled([untilAnswered(draft), untilAnswered(draft)]);
            if (draft.operation !== null && one.status === 'fulfilled' && other.status === 'fulfilled')
              expect(one.value.entry?.id).toBe(other.value.entry?.id);
            if (one.status === 'rejected') throw one.reason;
            return one.value;
          },
        };

        let isOver = false;
        const background = async (): Promise<void> => {
          while (!isOver) {
            await step('replicate');
            store.replicateOne();
          }
        };
        const failOver = async (): Promise<void> => {
          for (let count = 0; count < given.failovers; count += 1) {
            await step('fail over');
            store.failOver();
          }
        };
        const crashPods = async (): Promise<void> => {
          for (let count = 0; count < given.crashes; count += 1) {
            await step('crash');
            const index = count % pods.length;
            pods[index]?.crashed.reject(new DomainError('unavailable', 'crashed', { code: 'pod.crashed' }));
            everyPod.push((pods[index] = startPod(store, step)));
          }
        };
        void background();
        void failOver();
        void crashPods();
        const actions = given.actions.map((one, index) =>
          unlessRefused(perform(one, index, store, appender)),
        );
        await scheduler.waitFor(Promise.all(actions));
        // Somebody looks at it; again while what a crashed Pod had under way is still being stored.
        const settled = async (): Promise<void> => {
          do {
            await startPod(store, step)
              .writer.settle()
              .catch((error: unknown) => expect(error).toBeInstanceOf(DomainError));
          } while (store.channel.lastSeq < store.committed.length);
        };
        await scheduler.waitFor(settled());
        isOver = true;

        const { committed } = store;
        expectDense(committed);
        expectLawful(committed);
        expectProjected(store, committed);
        const ids = new Map(committed.map((entry) => [entry.id, entry.operation]));
        for (const { id, operation } of acknowledged) expect(ids.get(id)).toBe(operation);
        expect(committed.filter(({ operation }) => refused.has(operation))).toEqual([]);
        for (const pod of everyPod) {
          const seqs = pod.announced.map(({ seq }) => seq);
          expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
          for (const { id, operation } of pod.announced) expect(ids.get(id)).toBe(operation);
        }
      }),
      { numRuns: 300 },
    );
  });
});
