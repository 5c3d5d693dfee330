import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeSecrets } from '../dev/secrets.ts';
import { composeFiles } from './configuration.ts';

/** First start of compose.yaml: makes every secret and writes every configuration file into the volume. Later starts keep them. */
const [directory = '/config'] = process.argv.slice(2);
const marker = join(directory, 'complete');

async function isComplete(): Promise<boolean> {
  return access(marker).then(
    () => true,
    () => false,
  );
}

if (!(await isComplete())) {
  const password = () => randomBytes(24).toString('hex');
  const files = composeFiles(
    makeSecrets(),
    {
      rabbitmq: password(),
      redis: password(),
      postgresql: password(),
      mongodb: password(),
      // SQL Server wants three of four kinds of characters.
      sqlserver: `Aa1-${password()}`,
      objectStorage: randomBytes(64).toString('base64'),
    },
    process.env['PUBLIC_URL'] ?? 'http://localhost:8080',
  );
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    // The stores run as users of their own; the volume is theirs and the services' only.
    await chmod(file, 0o444);
  }
  await writeFile(marker, '');
}
