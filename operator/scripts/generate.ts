import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { artefacts } from './artefacts.ts';

const root = join(import.meta.dirname, '..', '..');
const rules = await readFile(join(root, 'observability/prometheus/rules.yaml'), 'utf8');

for (const [path, content] of Object.entries(artefacts({ rules }))) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  process.stdout.write(`${path}\n`);
}
