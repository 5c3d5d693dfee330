import { describe, expect, it } from '@jest/globals';
import { newEvent } from '@chatplatform/kit/events';
import type { PendingEvent } from '@chatplatform/kit/outbox';
import { toldOutbox } from './told-outbox.ts';

const NOW = new Date('2026-01-01T00:00:10Z');
const held = (id: string, secondsAgo: number, collection = 'entries'): PendingEvent => ({
  event: newEvent({
    type: 'sample.thing.v1',
    source: '/s',
    subject: id,
    data: {},
    now: new Date(NOW.getTime() - secondsAgo * 1000),
  }),
  heldBy: { collection, id },
});

function setUp(pending: PendingEvent[], told: (id: string) => boolean = () => true) {
  const asked: string[][] = [];
  const remembered: string[] = [];
  const marked: string[] = [];
  const store = toldOutbox(
    {
      pending: async () => pending,
      markPublished: async (events) => void marked.push(...events.map(({ event }) => event.subject)),
    },
    {
      announcements: {
        ensureTold: async (ids) => {
          asked.push([...ids]);
          return new Set(ids.filter(told));
        },
        release: () => undefined,
      },
      untold: { remember: async (ids) => void remembered.push(...ids) },
      clock: { now: () => NOW },
      collection: 'entries',
      onError: (error) => {
        throw error;
      },
    },
  );
  return { store, asked, remembered, marked };
}

describe('the outbox of entries', () => {
  it('tells of what waits for longer than its writer needs, whether or not it can be published', async () => {
    const events = [held('a:1', 5), held('a', 5, 'channels'), held('b:1', 0.5)];
    const { store, asked } = setUp(events);
    expect(await store.pending(10)).toEqual(events);
    expect(asked).toEqual([['a:1']]);
  });

  it('lets nothing go that was not told of', async () => {
    const { store, asked, remembered, marked } = setUp([], (id) => id !== 'a:2');
    await store.markPublished([held('a:1', 0), held('a:2', 0), held('a', 0, 'channels')]);
    expect(asked).toEqual([['a:1', 'a:2']]);
    expect(remembered).toEqual(['a:2']);
    expect(marked).toEqual(['a:1', 'a:2', 'a']);
  });
});
