import { createProgress } from '../launcher/progress.ts';
import { explainFailure } from '../launcher/failures.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import {
  type NodeImage,
  createArtifactContext,
  ensureHostPackages,
  ensureImages,
  ensureInfluxd,
  ensureJaeger,
  ensureKubernetes,
  ensureKwok,
  ensureMongoStandIn,
  ensureNpmProgram,
} from './index.ts';

/** Makes artefacts by hand: `node infra/local/src/artifacts/main.ts host-packages`. Prints one `name=path` a line. */
const context = createArtifactContext({
  progress: createProgress(
    { isTTY: false, columns: 120, write: (text) => process.stderr.write(text) },
    () => Date.now(),
  ),
});

const digests = (images: NodeImage[]) => Object.fromEntries(images.map(({ name, digest }) => [name, digest]));

const targets: Record<string, () => Promise<Record<string, string>>> = {
  'host-packages': async () => ({
    'host-packages': await ensureHostPackages(context, ['redis-server', 'rabbitmq-server', 'postgresql']),
  }),
  kubernetes: async () => ({ kubernetes: await ensureKubernetes(context) }),
  influxd: async () => ({ influxd: await ensureInfluxd(context) }),
  kwok: async () => ({ kwok: await ensureKwok(context) }),
  jaeger: async () => ({ jaeger: await ensureJaeger(context) }),
  azurite: async () => ({ azurite: await ensureNpmProgram(context, 'azurite') }),
  maildev: async () => ({ maildev: await ensureNpmProgram(context, 'maildev') }),
  mongodb: async () => {
    const { command, args } = await ensureMongoStandIn(context);
    return { mongodb: [command, ...args].join(' ') };
  },
  'system-images': async () => digests(await ensureImages(context, 'system')),
  'store-images': async () => digests(await ensureImages(context, 'stores')),
  'application-images': async () => digests(await ensureImages(context, 'application')),
};

try {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in targets));
  if (names.length === 0 || unknown.length > 0) {
    throw new LauncherError(`usage: main.ts ${Object.keys(targets).join('|')}`, { exitCode: 2 });
  }
  for (const made of await Promise.all(names.map((name) => targets[name]?.()))) {
    for (const [name, path] of Object.entries(made ?? {})) process.stdout.write(`${name}=${path}\n`);
  }
} catch (error) {
  const { text, exitCode } = explainFailure(error);
  process.stderr.write(`${text}\n`);
  // Other artefacts may still be made beside the one that failed.
  process.exit(exitCode);
}
