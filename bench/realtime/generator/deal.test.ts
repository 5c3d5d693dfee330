import { expect, it } from '@jest/globals';
import { channelsOf, sendersOf } from './deal.ts';

it.each([
  [1, 1],
  [100, 1],
  [1, 100],
  [10, 100],
  [20, 7],
  [3, 3],
])(
  '%i sender(s) in %i channel(s): every channel is spoken in and every sender speaks',
  (senders, channels) => {
    const spoken = new Set<number>();
    for (let sender = 0; sender < senders; sender += 1) {
      const own = channelsOf(sender, senders, channels);
      expect(own.length).toBeGreaterThan(0);
      for (const channel of own) {
        spoken.add(channel);
        expect(sendersOf(channel, senders, channels)).toContain(sender);
      }
    }
    expect([...spoken].sort((a, b) => a - b)).toEqual(Array.from({ length: channels }, (_, index) => index));
  },
);
