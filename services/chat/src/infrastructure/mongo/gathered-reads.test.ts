import { describe, expect, it } from '@jest/globals';
import { gatherReads } from './gathered-reads.ts';

/** A store whose answers are given by hand. */
function slowStore() {
  const questions: { keys: readonly string[]; answer: () => void; fail: () => void }[] = [];
  const read = (keys: readonly string[]): Promise<Map<string, string>> =>
    new Promise((resolve, reject) =>
      questions.push({
        keys,
        answer: () => resolve(new Map(keys.filter((key) => key !== 'none').map((key) => [key, `${key}!`]))),
        fail: () => reject(new Error('away')),
      }),
    );
  return { questions, read };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('gathered reads', () => {
  it('ask at once while few are under way', () => {
    const { questions, read } = slowStore();
    const ask = gatherReads(read, { atMost: 10, atOnce: 2 });
    void ask(['a']);
    void ask(['b']);
    expect(questions.map(({ keys }) => keys)).toEqual([['a'], ['b']]);
  });

  it('put what is asked for meanwhile into one question, each key once, and give everybody their own', async () => {
    const { questions, read } = slowStore();
    const ask = gatherReads(read, { atMost: 10, atOnce: 1 });
    void ask(['first']);
    const answers = [ask(['a', 'b']), ask(['b', 'none']), ask(['a'])];
    expect(questions).toHaveLength(1);
    questions[0]?.answer();
    await settle();
    expect(questions.map(({ keys }) => keys)).toEqual([['first'], ['a', 'b', 'none']]);
    questions[1]?.answer();
    expect(await Promise.all(answers)).toEqual([
      new Map([
        ['a', 'a!'],
        ['b', 'b!'],
      ]),
      new Map([['b', 'b!']]),
      new Map([['a', 'a!']]),
    ]);
  });

  it('never answer from a question that was put before one asked', async () => {
    const { questions, read } = slowStore();
    const ask = gatherReads(read, { atMost: 10, atOnce: 1 });
    void ask(['a']);
    void ask(['a']);
    questions[0]?.answer();
    await settle();
    expect(questions.map(({ keys }) => keys)).toEqual([['a'], ['a']]);
  });

  it('keep questions within bounds, in order, but take one asker whatever it asks for', async () => {
    const { questions, read } = slowStore();
    const ask = gatherReads(read, { atMost: 2, atOnce: 1 });
    for (const keys of [['a'], ['b', 'c', 'd'], ['e', 'f'], ['e'], ['g']]) void ask(keys);
    for (let next = 0; next < 4; next += 1) {
      questions[next]?.answer();
      await settle();
    }
    expect(questions.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c', 'd'], ['e', 'f'], ['g']]);
  });

  it('fail for those whose question failed, and go on', async () => {
    const { questions, read } = slowStore();
    const ask = gatherReads(read, { atMost: 10, atOnce: 1 });
    const [first, second] = [ask(['a']), ask(['b'])];
    questions[0]?.fail();
    await expect(first).rejects.toThrow('away');
    questions[1]?.answer();
    expect(await second).toEqual(new Map([['b', 'b!']]));
  });

  it('wait for more after a crowd, and not after a few', async () => {
    const { questions, read } = slowStore();
    const pauses: (() => void)[] = [];
    const pause = () => new Promise<void>((resolve) => void pauses.push(resolve));
    const ask = gatherReads(read, { atMost: 10, crowd: { askers: 2, pause } });
    for (const key of ['a', 'b', 'c']) void ask([key]);
    questions[0]?.answer();
    await settle();
    questions[1]?.answer();
    await settle();
    void ask(['d']);
    void ask(['e']);
    expect(questions.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']]);
    pauses[0]?.();
    await settle();
    expect(questions[2]?.keys).toEqual(['d', 'e']);
    expect(pauses).toHaveLength(1);
  });

  it('ask nothing for nothing', async () => {
    const { questions, read } = slowStore();
    expect(await gatherReads(read, { atMost: 10 })([])).toEqual(new Map());
    expect(questions).toEqual([]);
  });
});
