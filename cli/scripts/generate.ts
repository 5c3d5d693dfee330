import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { reference, withReference } from '../src/command-line/reference.ts';
import { COMMANDS } from '../src/commands/index.ts';

const file = join(import.meta.dirname, '..', 'README.md');
const text = withReference(await readFile(file, 'utf8'), reference(COMMANDS));
await writeFile(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
