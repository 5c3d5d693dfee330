import { expect, it } from '@jest/globals';
import { sharesByOwner } from './cpu-profile.ts';

const frame = (functionName: string, url = '') => ({ functionName, url });

it('gives time to who asked for it, without what was idle', () => {
  const shares = sharesByOwner({
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 3, 5, 7] },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: frame('send', 'file:///r/services/chat/src/core/send.ts'), children: [4] },
      { id: 4, callFrame: frame('insert', 'file:///r/node_modules/@scope/driver/lib/a.js'), children: [6] },
      { id: 5, callFrame: frame('(garbage collector)') },
      { id: 6, callFrame: frame('write', 'node:net') },
      { id: 7, callFrame: frame('tick', 'node:internal/timers') },
    ],
    samples: [2, 3, 4, 6, 5, 7],
    timeDeltas: [1000, 10, 20, 40, 20, 10],
  });
  expect(Object.fromEntries(shares)).toEqual({
    'services/chat': 0.1,
    '@scope/driver': 0.6,
    '(garbage collector)': 0.2,
    node: 0.1,
  });
});
