import { describe, expect, it } from '@jest/globals';
import { allowedProcessors, layoutOf, parseProcessorList } from './processors.ts';

describe('processors', () => {
  it.each([
    ['0', [0]],
    ['0-1', [0, 1]],
    ['0-2,5,7-8', [0, 1, 2, 5, 7, 8]],
  ])('are read from %p', (list, expected) => {
    expect(parseProcessorList(list)).toEqual(expected);
  });

  it('are refused when they are no list', () => {
    expect(() => parseProcessorList('all')).toThrow('"all" is no list of processors');
  });

  it('are known for this process', async () => {
    expect((await allowedProcessors()).length).toBeGreaterThan(0);
  });

  it('are split so that the generator has one to itself', () => {
    expect(layoutOf([0, 1])).toEqual({ servers: [0], generator: [1] });
    expect(layoutOf([2, 4, 6])).toEqual({ servers: [2, 4], generator: [6] });
  });

  it('cannot be split when there is one', () => {
    expect(layoutOf([0])).toBeUndefined();
  });
});
