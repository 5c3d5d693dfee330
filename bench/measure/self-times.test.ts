import { describe, expect, it } from '@jest/globals';
import { selfTimes, type TimedSpan } from './self-times.ts';

const span = (
  spanId: string,
  parentSpanId: string,
  [startMs, endMs]: readonly [number, number],
  stage = spanId,
): TimedSpan => ({ spanId, parentSpanId, stage, startMs, endMs });

describe('self times', () => {
  const frame = span('frame', '', [100, 110]);

  it('take from each span what its children took, and add up to the first one', () => {
    const spans = [frame, span('request', 'frame', [102, 109]), span('insert', 'request', [103, 107])];
    expect(Object.fromEntries(selfTimes(spans, frame))).toEqual({ frame: 3, request: 3, insert: 4 });
  });

  it('count once what children do side by side, and together what is called the same', () => {
    const spans = [
      frame,
      span('a', 'frame', [101, 105], 'find'),
      span('b', 'frame', [103, 107], 'find'),
      span('c', 'frame', [108, 109], 'find'),
    ];
    expect(Object.fromEntries(selfTimes(spans, frame))).toEqual({ frame: 3, find: 9 });
  });

  it('leave out what nobody waited for, and what belongs to another trace', () => {
    const spans = [
      frame,
      span('told', 'frame', [109, 120]),
      span('published', 'frame', [130, 140]),
      span('else', 'nobody', [101, 102]),
    ];
    expect(Object.fromEntries(selfTimes(spans, frame))).toEqual({ frame: 9, told: 1, published: 0 });
  });
});
