import { describe, expect, it } from '@jest/globals';
import { gatherWrites } from './gathered-writes.ts';

/** A store whose answers are given by hand. */
function slowStore() {
  const commands: { writes: readonly string[]; answer: () => void; fail: () => void }[] = [];
  const perform = (writes: readonly string[]): Promise<readonly string[]> =>
    new Promise((resolve, reject) =>
      commands.push({
        writes,
        answer: () => resolve(writes.map((write) => `${write}!`)),
        fail: () => reject(new Error('away')),
      }),
    );
  return { commands, perform };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('gathered writes', () => {
  it('go out at once while few are under way, and together when many are', async () => {
    const { commands, perform } = slowStore();
    const write = gatherWrites(perform, { atMost: 10, atOnce: 2 });
    const results = ['a', 'b', 'c', 'd'].map(write);
    expect(commands.map(({ writes }) => writes)).toEqual([['a'], ['b']]);
    commands[0]?.answer();
    await settle();
    expect(commands.map(({ writes }) => writes)).toEqual([['a'], ['b'], ['c', 'd']]);
    for (const { answer } of commands.slice(1)) answer();
    expect(await Promise.all(results)).toEqual(['a!', 'b!', 'c!', 'd!']);
  });

  it('are bounded, and in their order', async () => {
    const { commands, perform } = slowStore();
    const write = gatherWrites(perform, { atMost: 2, atOnce: 1 });
    for (const one of ['a', 'b', 'c', 'd']) void write(one);
    for (let index = 0; index < 3; index += 1) {
      commands[index]?.answer();
      await settle();
    }
    expect(commands.map(({ writes }) => writes)).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('fail together with those that wait behind them, and those after do not', async () => {
    const { commands, perform } = slowStore();
    const write = gatherWrites(perform, { atMost: 1, atOnce: 1 });
    const [first, ...others] = ['a', 'b', 'c'].map(write);
    commands[0]?.answer();
    await first;
    await settle();
    commands[1]?.fail();
    expect((await Promise.allSettled(others)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const after = write('d');
    commands[2]?.answer();
    expect(await after).toBe('d!');
  });
});
