import { describe, expect, it } from '@jest/globals';
import type { Entry } from '../../domain/entry.ts';
import { CHANNEL } from './model-pod.ts';
import { ProjectionQueue } from './projection-queue.ts';

const entry = (seq: number): Entry => ({
  id: `${CHANNEL}:${seq}`,
  channelId: CHANNEL,
  seq,
  messageCount: 0,
  actorId: null,
  operation: `read to ${seq}`,
  at: new Date(0),
  type: 'receipts',
  receipts: [],
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const batches: number[][] = [];
  const pauses: (() => void)[] = [];
  const queue = new ProjectionQueue(
    async (entries) => void batches.push(entries.map(({ seq }) => seq)),
    () => new Promise((resolve) => pauses.push(resolve)),
  );
  const push = async (...seqs: number[]): Promise<void> => {
    for (const seq of seqs) queue.push([entry(seq)]);
    await turn();
  };
  return { queue, batches, pauses, push };
}

describe('ProjectionQueue', () => {
  it('projects the first at once, and what comes soon after it together', async () => {
    const { batches, pauses, push } = setUp();
    await push(1);
    await push(2);
    await push(3);
    expect(batches).toEqual([[1]]);
    pauses[0]?.();
    await turn();
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('projects at once again after a rest', async () => {
    const { queue, batches, pauses, push } = setUp();
    await push(1);
    pauses[0]?.();
    await turn();
    expect(queue.idle).toBe(true);
    await push(2);
    expect(batches).toEqual([[1], [2]]);
  });

  it('does not let anybody wait who needs what was pushed', async () => {
    const { queue, batches, push } = setUp();
    await push(1);
    await push(2);
    await queue.drained();
    expect(batches).toEqual([[1], [2]]);
  });

  it('hurries for a reader', async () => {
    const { queue, batches, push } = setUp();
    await push(1);
    await push(2);
    queue.hurry();
    await turn();
    expect(batches).toEqual([[1], [2]]);
  });
});
