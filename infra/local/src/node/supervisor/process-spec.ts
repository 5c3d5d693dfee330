import { createHash } from 'node:crypto';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../launcher/files.ts';

const processSpecSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** Absolute path. */
  command: z.string().startsWith('/'),
  args: z.array(z.string()),
  /** The whole environment: nothing is inherited. */
  env: z.record(z.string(), z.string()),
  /** Stands for everything the process reads at its start: when it changes, the process is started anew. */
  inputs: z.string(),
  /** Between SIGTERM and SIGKILL. */
  stopGraceMs: z.number().int().nonnegative(),
});

/** What should run. One file a process; the supervisor makes it so. */
export type ProcessSpec = z.infer<typeof processSpecSchema>;

/** Changes when anything about the process does. */
export function specHash(spec: ProcessSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16);
}

/** Writes a specification where the supervisor looks for it; whole, or not at all. */
export async function writeSpec(directory: string, spec: ProcessSpec): Promise<void> {
  await replaceFile(join(directory, `${spec.name}.json`), JSON.stringify(spec, null, 2));
}

export async function removeSpec(directory: string, name: string): Promise<void> {
  await rm(join(directory, `${name}.json`), { force: true });
}

/** All specifications by name; none where the folder is missing. */
export async function readSpecs(directory: string): Promise<Map<string, ProcessSpec>> {
  const files = await readdir(directory).catch(ignoreMissing);
  const specs = new Map<string, ProcessSpec>();
  for (const file of files.filter((name) => name.endsWith('.json')).sort()) {
    const text = await readFile(join(directory, file), 'utf8').catch(ignoreMissing);
    if (typeof text !== 'string') continue; // removed in between
    const spec = processSpecSchema.parse(JSON.parse(text));
    specs.set(spec.name, spec);
  }
  return specs;
}

function ignoreMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
