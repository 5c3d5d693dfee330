import { Helm } from '../packaging/helm.ts';
import { keepRelease, LAST_RELEASE } from '../packaging/last-release.ts';
import { findProgram } from '../test/programs.ts';

const [ref] = process.argv.slice(2);
const helm = findProgram('helm', 'HELM_BINARY');
if (ref === undefined || helm === undefined) {
  const missing = ref === undefined ? 'the tag of the release is missing' : 'there is no helm on the PATH';
  process.stderr.write(`${missing}: npm run keep-release -w operator -- TAG\n`);
  process.exitCode = 64;
} else {
  await keepRelease(new Helm(helm), ref);
  process.stdout.write(`${LAST_RELEASE} is that of ${ref}\n`);
}
