import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Helm } from '../packaging/helm.ts';
import { INSTALL_MANIFEST, installManifest } from '../packaging/install-manifest.ts';
import { findProgram } from '../test/programs.ts';
import { artefacts } from './artefacts.ts';

const root = join(import.meta.dirname, '..', '..');
const rules = await readFile(join(root, 'observability/prometheus/rules.yaml'), 'utf8');

for (const [path, content] of Object.entries(artefacts({ rules }))) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  process.stdout.write(`${path}\n`);
}

// Out of the chart that has just been written.
const program = findProgram('helm', 'HELM_BINARY');
if (program === undefined)
  process.stdout.write(`${INSTALL_MANIFEST} is as it was: there is no helm on the PATH\n`);
else {
  await writeFile(join(root, INSTALL_MANIFEST), await installManifest(new Helm(program)));
  process.stdout.write(`${INSTALL_MANIFEST}\n`);
}
