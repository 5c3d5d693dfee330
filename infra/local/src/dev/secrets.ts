import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { DevSecrets } from './service-settings.ts';

const schema = z.object({
  jwtSigningKey: z.string(),
  internalTokenKey: z.string(),
  mediaUrlSigningKey: z.string(),
  influxPassword: z.string(),
  adminPassword: z.string(),
});

export function makeSecrets(): DevSecrets {
  const random = () => randomBytes(32).toString('base64url');
  return {
    jwtSigningKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    internalTokenKey: randomBytes(32).toString('base64'),
    mediaUrlSigningKey: random(),
    influxPassword: random(),
    adminPassword: random(),
  };
}

/** Reads the secrets of the inner loop, making them the first time. */
export async function keptSecrets(dir: string): Promise<DevSecrets> {
  const file = `${dir}/secrets.json`;
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept !== undefined) return schema.parse(JSON.parse(kept));
  const secrets = makeSecrets();
  await mkdir(dir, { recursive: true });
  await writeFile(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
