import { describe, expect, it } from '@jest/globals';
import { createGroupCommit } from './group-commit.ts';

function controlled() {
  const groups: string[][] = [];
  const ends: ((error?: Error) => void)[] = [];
  const commits = createGroupCommit<string>((items) => {
    groups.push([...items]);
    return new Promise((resolve, reject) =>
      ends.push((error) => (error === undefined ? resolve() : reject(error))),
    );
  }, 3);
  const settle = async (index: number, error?: Error): Promise<void> => {
    ends[index]?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { groups, commits, settle };
}

describe('a group commit', () => {
  it('commits at once when idle, and together what came meanwhile', async () => {
    const { groups, commits, settle } = controlled();
    const first = commits.add('a');
    const rest = ['b', 'c', 'd', 'e'].map((item) => commits.add(item));
    expect(groups).toEqual([['a']]);
    await settle(0);
    await first;
    expect(groups).toEqual([['a'], ['b', 'c', 'd']]);
    await settle(1);
    await settle(2);
    await Promise.all(rest);
    expect(groups).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
  });

  it('tells a failure to all of its group and to nobody else', async () => {
    const { commits, settle } = controlled();
    const first = commits.add('a');
    const failing = Promise.allSettled([commits.add('b'), commits.add('c')]);
    await settle(0);
    await settle(1, new Error('away'));
    await expect(first).resolves.toBeUndefined();
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = commits.add('d');
    await settle(2);
    await expect(next).resolves.toBeUndefined();
  });
});
