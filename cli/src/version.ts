import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({ version: z.string() });

/** Version of this program, which is that of the operator whose code it brings along. */
export async function clientVersion(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8');
  return manifestSchema.parse(JSON.parse(text)).version;
}
