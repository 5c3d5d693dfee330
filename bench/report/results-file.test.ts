import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mergeResults, readResults, writeResults } from './results-file.ts';

const now = { recordedAt: '2026-11-22T10:00:00.000Z', machine: 'here', command: './chatplatform bench' };
const before = { recordedAt: '2026-01-01T10:00:00.000Z', machine: 'there', command: './chatplatform bench' };

describe('results', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'results-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('are empty before the first were committed', async () => {
    await expect(readResults(join(folder, 'results.json'))).resolves.toEqual({});
  });

  it('come back as they were written', async () => {
    const file = join(folder, 'results.json');
    const content = mergeResults({}, [{ id: 'a', label: 'a', unit: 'ms', values: [1.23456789] }], now);
    await writeResults(file, content);
    await expect(readResults(file)).resolves.toEqual({ a: { value: 1.235, unit: 'ms', ...now } });
  });

  it('are refused when the file holds something else', async () => {
    const file = join(folder, 'results.json');
    await writeFile(file, '{"a": 1}');
    await expect(readResults(file)).rejects.toThrow('expected object');
  });

  it('replace those of the same id, keep the rest, leave out what was not measured', () => {
    const committed = {
      b: { value: 2, unit: 'ms' as const, ...before },
      a: { value: 1, unit: 'ms' as const, ...before },
    };
    const figures = [
      { id: 'b', label: 'b', unit: 'ms' as const, values: [5, 7, 6] },
      { id: 'c', label: 'c', unit: 'ms' as const, values: [Number.NaN] },
    ];
    const merged = mergeResults(committed, figures, now);
    expect(merged).toEqual({ a: committed.a, b: { value: 6, unit: 'ms', ...now } });
    expect(Object.keys(merged)).toEqual(['a', 'b']);
  });
});
