import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Helm } from '../packaging/helm.ts';
import { INSTALL_MANIFEST, installManifest } from '../packaging/install-manifest.ts';
import { OLM_BUNDLE, olmBundle } from '../packaging/olm-bundle.ts';
import { findProgram } from '../test/programs.ts';
import { artefacts } from './artefacts.ts';

const root = join(import.meta.dirname, '..', '..');
const rules = await readFile(join(root, 'observability/prometheus/rules.yaml'), 'utf8');

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    process.stdout.write(`${path}\n`);
  }
}

await write(artefacts({ rules }));

// Out of the chart that has just been written.
const program = findProgram('helm', 'HELM_BINARY');
if (program === undefined) {
  process.stdout.write('deploy/ is as it was: there is no helm on the PATH\n');
} else {
  const helm = new Helm(program);
  await write({ [INSTALL_MANIFEST]: await installManifest(helm) });
  await rm(join(root, OLM_BUNDLE), { recursive: true, force: true });
  const bundle = Object.entries(await olmBundle(helm));
  await write(Object.fromEntries(bundle.map(([path, content]) => [`${OLM_BUNDLE}/${path}`, content])));
}
