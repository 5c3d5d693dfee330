/** `npm run record-events -w services/contracts`: adds how events look today where that differs from the last recording. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { format, resolveConfig } from 'prettier';
import { eventSchema, eventTypes, recordingsFile, recordingsOf } from './recordings.ts';
import { arbitraryOf } from './testing/arbitrary.ts';

const EXAMPLES = 3;

for (const type of eventTypes) {
  const recordings = recordingsOf(type);
  const schema = eventSchema(type);
  if (isDeepStrictEqual(recordings.at(-1)?.schema, schema)) continue;
  const examples = fc.sample(arbitraryOf(schema), { seed: recordings.length + 1, numRuns: EXAMPLES });
  const file = recordingsFile(type);
  mkdirSync(dirname(file), { recursive: true });
  const options = await resolveConfig(file);
  const text = JSON.stringify([...recordings, { schema, examples }]);
  writeFileSync(file, await format(text, { ...options, filepath: file }));
  process.stdout.write(`recorded ${type}\n`);
}
