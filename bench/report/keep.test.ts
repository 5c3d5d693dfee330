import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepMeasured, renderMeasured } from './keep.ts';
import { readResults } from './results-file.ts';

const measured = {
  sections: [{ title: 'T', figures: [{ id: 'a', label: 'a', unit: 's' as const, values: [2] }], notes: [] }],
  foreign: 0,
  quick: false,
  command: './chatplatform bench',
};
const committed = { a: { value: 1, unit: 's' as const, recordedAt: '', machine: '', command: '' } };

describe('what was measured', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'keep-'))));
  afterEach(() => rm(folder, { recursive: true }));
  const keep = (foreign: number) =>
    keepMeasured({ ...measured, foreign }, committed, {
      file: join(folder, 'results.json'),
      recordedAt: 'now',
      machine: 'here',
      command: measured.command,
    });

  it('is kept on a quiet machine', async () => {
    expect(await keep(0.1)).toMatchObject({ kept: true, results: { a: { value: 2, machine: 'here' } } });
    expect(await readResults(join(folder, 'results.json'))).toMatchObject({ a: { value: 2 } });
  });

  it('is not kept on a busy one', async () => {
    expect(await keep(0.2)).toEqual({ kept: false, results: committed });
    expect(await readResults(join(folder, 'results.json'))).toEqual({});
  });

  it('is shown with its ratio, the command that repeats it, and what speaks against it', () => {
    const text = renderMeasured({ ...measured, foreign: 1, quick: true }, committed);
    expect(text).toContain('2.00x');
    expect(text).toContain('again: ./chatplatform bench');
    expect(text).toContain('BUSY MACHINE: other processes took 1.00 processors');
    expect(text).toContain('quick:');
    expect(renderMeasured(measured, committed)).not.toMatch(/BUSY|quick/);
  });
});
