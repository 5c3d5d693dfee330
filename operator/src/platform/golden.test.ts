import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { examplePlatform } from '../../test/platform-of.ts';
import type { KubeObject } from '../runtime/index.ts';
import { observedFrom } from './observed.ts';
import { COMPONENTS } from './rollout.ts';

const GOLDEN = join(import.meta.dirname, '__golden__');

/** `npm run golden -w operator` renews the files; a review of their difference is the test's other half. */
const renew = process.env['RENEW_GOLDEN'] === '1';

/** Secrets in the clear: what a reader wants to see change is the value, not its base64. */
function readable(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const { data, ...rest } = object;
  const values = Object.entries(data as Record<string, string>).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString('utf8'),
  ]);
  return { ...rest, stringData: Object.fromEntries(values) };
}

/** One a profile, and the demo's: the other examples differ from these in a few lines. */
const EXAMPLES = ['development.yaml', 'single-node.yaml', 'standard.yaml', 'highly-available.yaml'];

describe('the manifests of an example', () => {
  test.each(EXAMPLES)('%s are what they were', (file) => {
    const platform = examplePlatform(file);
    const objects = COMPONENTS.flatMap((component) => component.desired(platform, observedFrom([])));
    const text = objects
      .filter(({ metadata }) => !metadata.name.endsWith('-dashboards'))
      .map((object) => stringify(readable(object), { lineWidth: 0, aliasDuplicateObjects: false }))
      .join('---\n');
    const path = join(GOLDEN, file);
    if (renew) {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(path, text);
    }
    expect(text).toBe(readFileSync(path, 'utf8'));
  });
});
