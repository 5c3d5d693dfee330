import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { artefacts } from './artefacts.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFile(join(root, path), 'utf8');

const rule = z.object({ alert: z.string(), annotations: z.object({ runbook: z.string() }) });
const rulesSchema = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) });

describe('generated files', () => {
  test('are what the sources say: else run `npm run generate -w operator`', async () => {
    const expected = artefacts({ rules: await read('observability/prometheus/rules.yaml') });
    for (const [path, content] of Object.entries(expected)) {
      expect([path, await read(path)]).toEqual([path, content]);
    }
  });
});

test('every alert has a runbook under its name', async () => {
  const { groups } = rulesSchema.parse(parse(await read('observability/prometheus/rules.yaml')));
  const runbooks = await read('docs/OPERATIONS.md');
  for (const { alert, annotations } of groups.flatMap(({ rules }) => rules)) {
    expect(runbooks).toContain(`### ${alert}\n`);
    expect(annotations.runbook).toBe(`OPERATIONS.md#${alert.toLowerCase()}`);
  }
});
