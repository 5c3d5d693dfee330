import { describe, expect, it } from '@jest/globals';
import { DomainError } from '@chatplatform/kit/errors';
import fc from 'fast-check';
import type { Message, MessageDraft } from '../../domain/message.ts';
import { createLastSeqReader } from '../../queries/last-seq-reader.ts';
import { ChannelWriter, MAX_WAITING } from './channel-writer.ts';
import { ModelMessageLog } from './model-message-log.ts';
import type { Fault } from './model-message-log.ts';

const CHANNEL = '0198c000-0000-7000-8000-000000000001';

const draftOf = (senderId: string, clientMessageId: string): MessageDraft => ({
  channelId: CHANNEL,
  senderId,
  clientMessageId,
  text: `${senderId} says ${clientMessageId}`,
  attachments: [],
  mentions: [],
});

interface Pod {
  readonly writer: ChannelWriter;
  readonly announced: Message[];
  readonly crashed: PromiseWithResolvers<never>;
}

function startPod(log: ModelMessageLog, step: (what: string) => Promise<void>): Pod {
  const announced: Message[] = [];
  const lastSeqs = createLastSeqReader(log);
  const writer = new ChannelWriter(CHANNEL, {
    log,
    clock: { now: () => new Date(0) },
    searchLast: (channelId, known) => lastSeqs.of(channelId, known ?? 0),
    onStored: (messages) => announced.push(...messages),
    onContention: () => undefined,
    beforeAck: () => step('before ack'),
    pause: () => step('pause'),
    random: () => 0.5,
  });
  const crashed = Promise.withResolvers<never>();
  crashed.promise.catch(() => undefined);
  return { writer, announced, crashed };
}

/** Sends until acknowledged, each time through whichever Pod comes next, as a client does. */
async function sendUntilAcknowledged(nextPod: () => Pod, draft: MessageDraft): Promise<Message> {
  for (;;) {
    const pod = nextPod();
    try {
      const { message } = await Promise.race([pod.writer.append(draft), pod.crashed.promise]);
      return message;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
}

const scenario = fc.record({
  pods: fc.integer({ min: 1, max: 3 }),
  senders: fc.integer({ min: 1, max: 4 }),
  messagesEach: fc.integer({ min: 1, max: 4 }),
  faults: fc.array(fc.constantFrom<Fault>('none', 'request-lost', 'reply-lost', 'disconnected'), {
    maxLength: 12,
  }),
  failovers: fc.nat(3),
  crashes: fc.nat(3),
  scheduler: fc.scheduler(),
});

describe('the writers of a channel', () => {
  it('give dense seqs, one place a message, and keep what they acknowledged, whatever fails in between', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ scheduler, ...given }) => {
        const step = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what);
        const faults = [...given.faults];
        const log = new ModelMessageLog(step, () => faults.shift() ?? 'none');
        const pods = Array.from({ length: given.pods }, () => startPod(log, step));
        const everyPod = [...pods];
        let turn = 0;
        const nextPod = (): Pod => {
          const pod = pods[turn++ % pods.length];
          if (!pod) throw new Error('no Pod');
          return pod;
        };

        const drafts = Array.from({ length: given.senders * given.messagesEach }, (_, index) =>
          draftOf(`sender-${index % given.senders}`, `message-${index}`),
        );
        /** At once by a client that lost patience, and long after by one that lost the answer: one result for all. */
        const sendThrice = async (draft: MessageDraft): Promise<Message[]> => {
          const together = await Promise.all([1, 2].map(() => sendUntilAcknowledged(nextPod, draft)));
          await step('send again');
          return [...together, await sendUntilAcknowledged(nextPod, draft)];
        };
        const sends = drafts.map(sendThrice);

        let done = false;
        const background = async (): Promise<void> => {
          while (!done) {
            await step('replicate');
            log.replicateOne();
          }
        };
        const failOver = async (): Promise<void> => {
          for (let count = 0; count < given.failovers; count += 1) {
            await step('fail over');
            log.failOver();
          }
        };
        const crashPods = async (): Promise<void> => {
          for (let count = 0; count < given.crashes; count += 1) {
            await step('crash');
            const index = count % pods.length;
            pods[index]?.crashed.reject(new DomainError('unavailable', 'crashed', { code: 'pod.crashed' }));
            pods[index] = startPod(log, step);
            everyPod.push(pods[index]);
          }
        };
        void background();
        void failOver();
        void crashPods();
        const acknowledged = (await scheduler.waitFor(Promise.all(sends))).flat();
        done = true;

        const { committed } = log;
        expect(committed.map(({ seq }) => seq)).toEqual(committed.map((_, index) => index + 1));
        const keys = committed.map(({ senderId, clientMessageId }) => `${senderId}/${clientMessageId}`);
        expect(keys).toHaveLength(drafts.length);
        expect(new Set(keys).size).toBe(drafts.length);
        for (const message of acknowledged) expect(committed).toContainEqual(message);
        for (const pod of everyPod) {
          const seqs = pod.announced.map(({ seq }) => seq);
          expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
          for (const message of pod.announced) expect(committed).toContainEqual(message);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Lets everything go on at once, and replicates as it goes. */
function instantLog(): ModelMessageLog {
  const log: ModelMessageLog = new ModelMessageLog(async () => {
    await Promise.resolve();
    log.replicateOne();
  });
  return log;
}

describe('a channel writer', () => {
  it('commits those who arrive while a group is in flight as one group', async () => {
    const log = instantLog();
    const sizes: number[] = [];
    const append = log.append.bind(log);
    log.append = (messages) => {
      sizes.push(messages.length);
      return append(messages);
    };
    const { writer } = startPod(log, () => Promise.resolve());
    const results = await Promise.all(
      Array.from({ length: 51 }, (_, index) => writer.append(draftOf('ada', `message-${index}`))),
    );
    expect(sizes).toEqual([1, 50]);
    expect(results.map(({ message }) => message.seq)).toEqual(results.map((_, index) => index + 1));
    expect(results.every(({ repeated }) => !repeated)).toBe(true);
  });

  it('answers a retry with the first result and says so', async () => {
    const log = instantLog();
    const { writer } = startPod(log, () => Promise.resolve());
    const first = await writer.append(draftOf('ada', 'one'));
    await writer.append(draftOf('ada', 'two'));
    const other = startPod(log, () => Promise.resolve());
    const [again, next] = await Promise.all([
      other.writer.append({ ...draftOf('ada', 'one'), text: 'changed' }),
      other.writer.append(draftOf('ada', 'three')),
    ]);
    expect(again).toEqual({ message: first.message, repeated: true });
    expect(next.message.seq).toBe(3);
    expect(log.committed).toHaveLength(3);
  });

  it('does not acknowledge when the bookkeeping before the ack fails, and does when it is retried', async () => {
    const log = instantLog();
    let failures = 1;
    const pod = startPod(log, () =>
      failures-- > 0 ? Promise.reject(new Error('marks not written')) : Promise.resolve(),
    );
    await expect(pod.writer.append(draftOf('ada', 'one'))).rejects.toThrow('marks not written');
    await expect(pod.writer.append(draftOf('ada', 'one'))).resolves.toMatchObject({
      repeated: true,
      message: { seq: 1 },
    });
  });

  it('turns senders away when too many wait', async () => {
    const log = new ModelMessageLog(() => new Promise(() => undefined));
    const { writer } = startPod(log, () => Promise.resolve());
    for (let index = 0; index <= MAX_WAITING; index += 1) {
      writer.append(draftOf('ada', `message-${index}`)).catch(() => undefined);
    }
    await expect(writer.append(draftOf('ada', 'one too many'))).rejects.toMatchObject({
      kind: 'rate-limited',
      retryAfterSeconds: 1,
    });
  });

  it('gives up contending for a place after a while', async () => {
    let now = 0;
    const taken = {
      ...instantLog(),
      append: () => Promise.resolve(0),
      findFirst: () => Promise.resolve(undefined),
    };
    const writer = new ChannelWriter(CHANNEL, {
      log: taken,
      clock: { now: () => new Date(now) },
      searchLast: () => Promise.resolve(0),
      onStored: () => undefined,
      onContention: () => undefined,
      beforeAck: () => Promise.resolve(),
      pause: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
      random: () => 0,
    });
    await expect(writer.append(draftOf('ada', 'one'))).rejects.toMatchObject({ kind: 'unavailable' });
    expect(now).toBeGreaterThan(4000);
    expect(writer.idle).toBe(true);
  });
});
