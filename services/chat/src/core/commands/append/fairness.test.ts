import { describe, expect, it } from '@jest/globals';
import type { Entry, OutgoingEntry } from '../../domain/entry.ts';
import type { Changes } from '../../domain/projection.ts';
import { VirtualTime } from '../../../testing/virtual-time.ts';
import { createAppender } from './create-appender.ts';
import type { Appender } from './create-appender.ts';
import { channelOf, memberOf, sendDraft } from './model-pod.ts';

/** A store of which every operation takes `delayMs`, half of it on the way there. */
function distantStore(time: VirtualTime, delayMs: number) {
  const entries = new Map<string, Entry>();
  let channel = channelOf();
  let contention = 0;
  const far = async <T>(operation: () => T): Promise<T> => {
    await time.sleep(delayMs / 2);
    const result = operation();
    await time.sleep(delayMs / 2);
    return result;
  };
  const append = (outgoing: readonly OutgoingEntry[]) =>
    far(() => {
      const refused = outgoing.findIndex(({ entry }) => entries.has(entry.id));
      const stored = refused === -1 ? outgoing : outgoing.slice(0, refused);
      for (const { entry } of stored) entries.set(entry.id, entry);
      return stored.length;
    });
  return {
    log: {
      append,
      firstResults: () => far(() => ({ entries: [], unplaced: [] })),
      keepUnplaced: () => far(() => undefined),
      read: (ids: readonly string[]) => far(() => ids.flatMap((id) => entries.get(id) ?? [])),
    },
    channels: {
      find: () => far(() => channel),
      forgetUntoldMoves: () => far(() => undefined),
      countContention: () => far(() => void (contention += 1)),
    },
    memberships: { findMany: (_id: string, userIds: readonly string[]) => far(() => userIds.map(memberOf)) },
    projections: {
      apply: async (_id: string, { cursor }: Changes) => {
        await far(() => undefined);
        return far(() => {
          channel = { ...channel, lastSeq: cursor.seq, messageCount: cursor.messageCount };
          return contention;
        });
      },
    },
  };
}

describe('writers of one channel in two Pods', () => {
  it('both get their places while one of them has far more to say', async () => {
    const time = new VirtualTime();
    const store = distantStore(time, 10);
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const startPod = (): Appender =>
      createAppender({
        ...store,
        announcements: {
          tell: () => undefined,
          passOn: () => undefined,
          doubt: async () => true,
          untoldMoves: async () => [],
        },
        clock: time,
        pause: time.sleep,
        random,
        onHarmlessError: (error) => {
          throw error;
        },
      });
    const waits: Record<'busy' | 'quiet', number[]> = { busy: [], quiet: [] };
    const failures: unknown[] = [];
    const talk = async (pod: 'busy' | 'quiet', appender: Appender, everyMs: number): Promise<void> => {
      for (let index = 0; ; index += 1) {
        const sentAt = time.now().getTime();
        appender.append(sendDraft(pod, `${pod}-${index}`)).then(
          () => waits[pod].push(time.now().getTime() - sentAt),
          (error: unknown) => failures.push(error),
        );
        await time.sleep(everyMs);
      }
    };
    void talk('busy', startPod(), 1);
    void talk('quiet', startPod(), 40);
    await time.runUntil(10_000);

    expect(failures).toEqual([]);
    expect(waits.quiet.length).toBeGreaterThan(230);
    expect(Math.max(...waits.quiet)).toBeLessThan(300);
    expect(Math.max(...waits.busy)).toBeLessThan(300);
  });
});
