import { expect, test } from '@jest/globals';
import { channelOf } from '../commands/append/model-pod.ts';
import { createMemberCounts } from './member-counts.ts';

/** @param members by channel; may be changed while the test goes on */
function start(members: Map<string, number>, maxRemembered?: number) {
  const asked: string[][] = [];
  const counts = createMemberCounts(
    {
      countByChannel: (channelIds) => {
        if (channelIds.length > 0) asked.push([...channelIds]);
        return Promise.resolve(new Map([...members].filter(([id]) => channelIds.includes(id))));
      },
    },
    maxRemembered,
  );
  return { counts, asked };
}

const channel = (id: string, movesSeq: number, pendingMemberIds: string[] = []) => ({
  ...channelOf(),
  id,
  movesSeq,
  pendingMemberIds,
});

test('counts a channel once until somebody came or went', async () => {
  const members = new Map([['a', 3]]);
  const { counts, asked } = start(members);
  await counts.of([channel('a', 4)]);
  expect(await counts.of([channel('a', 4), channel('b', 0)])).toEqual(new Map([['a', 3]]));
  members.set('a', 2);
  expect(await counts.of([channel('a', 9)])).toEqual(new Map([['a', 2]]));
  expect(asked).toEqual([['a'], ['b'], ['a']]);
});

test('forgets nothing newer for an answer that came late', async () => {
  const { counts, asked } = start(new Map([['a', 3]]));
  await Promise.all([counts.of([channel('a', 9)]), counts.of([channel('a', 4)])]);
  await counts.of([channel('a', 9)]);
  expect(asked).toEqual([['a'], ['a']]);
});

test('does not remember a channel whose first members are still being written', async () => {
  const members = new Map([['a', 1]]);
  const { counts } = start(members);
  await counts.of([channel('a', 0, ['ada', 'bob'])]);
  members.set('a', 2);
  expect(await counts.of([channel('a', 0)])).toEqual(new Map([['a', 2]]));
});

test('remembers so many at most, those counted last', async () => {
  const { counts, asked } = start(
    new Map([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]),
    2,
  );
  await counts.of([channel('a', 1), channel('b', 1), channel('c', 1)]);
  await counts.of([channel('b', 1), channel('c', 1)]);
  await counts.of([channel('a', 1)]);
  expect(asked).toEqual([['a', 'b', 'c'], ['a']]);
});
