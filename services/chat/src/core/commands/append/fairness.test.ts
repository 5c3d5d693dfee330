import { describe, expect, it } from '@jest/globals';
import type { Message, OutgoingMessage } from '../../domain/message.ts';
import { createLastSeqReader } from '../../queries/last-seq-reader.ts';
import { VirtualTime } from '../../../testing/virtual-time.ts';
import { createAppender } from './create-appender.ts';
import type { MessageAppender } from './channel-writers.ts';

const CHANNEL = '0198c000-0000-7000-8000-000000000001';

/** A store of which every operation takes `delayMs`, half of it on the way there. */
function distantStore(time: VirtualTime, delayMs: number) {
  const messages = new Map<string, Message>();
  const channel = { lastSeq: 0, contention: 0 };
  const far = async <T>(operation: () => T): Promise<T> => {
    await time.sleep(delayMs / 2);
    const result = operation();
    await time.sleep(delayMs / 2);
    return result;
  };
  const append = (outgoing: readonly OutgoingMessage[]) =>
    far(() => {
      const refused = outgoing.findIndex(({ message }) => messages.has(message.id));
      const stored = refused === -1 ? outgoing : outgoing.slice(0, refused);
      for (const { message } of stored) messages.set(message.id, message);
      return stored.length;
    });
  return {
    log: {
      append,
      findFirst: () => far((): Message | undefined => undefined),
      existing: (ids: readonly string[]) => far(() => new Set(ids.filter((id) => messages.has(id)))),
    },
    channels: {
      find: () => far(() => undefined),
      raiseLastSeqHint: () => far(() => channel.contention),
      countContention: () =>
        far(() => {
          channel.contention += 1;
        }),
    },
    memberships: { advanceReadMarks: () => far(() => undefined) },
  };
}

describe('writers of one channel in two Pods', () => {
  it('both get their places while one of them has far more to say', async () => {
    const time = new VirtualTime();
    const store = distantStore(time, 10);
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const startPod = (): MessageAppender =>
      createAppender({
        ...store,
        live: { messageCreated: () => undefined },
        lastSeqs: createLastSeqReader(store.log),
        clock: time,
        pause: time.sleep,
        random,
        onHintError: (error) => {
          throw error;
        },
      });
    const waits: Record<'busy' | 'quiet', number[]> = { busy: [], quiet: [] };
    const failures: unknown[] = [];
    const talk = async (pod: 'busy' | 'quiet', appender: MessageAppender, everyMs: number): Promise<void> => {
      for (let index = 0; ; index += 1) {
        const sentAt = time.now().getTime();
        appender
          .append({
            channelId: CHANNEL,
            senderId: pod,
            clientMessageId: `${pod}-${index}`,
            text: '',
            attachments: [],
            mentions: [],
          })
          .then(
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
