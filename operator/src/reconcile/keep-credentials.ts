import { credentialsName, credentialsSecret, decideCredentials } from '../platform/secrets/credentials.ts';
import type { Credentials } from '../platform/secrets/credentials.ts';
import { KINDS } from '../platform/kinds.ts';
import { isNotFound } from '../runtime/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import { BlockedError } from './blocked-error.ts';
import type { Dependencies, Facts } from './gather.ts';

/** The stored Secret; asked for by name when the cache has none, because a cache may lag and a password may not. */
async function stored(
  { client }: Dependencies,
  facts: Facts,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const { namespace } = facts.platform.metadata;
  const name = credentialsName(facts.platform.metadata);
  const cached = facts.observed.get(KINDS.secret, name);
  if (cached !== undefined) return cached;
  try {
    return await client.get(KINDS.secret, { namespace, name }, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** New passwords would not open the volumes that are there: better to stand still than to lose the way in for good. */
function refuseToLockVolumes({ observed, platform }: Facts): void {
  const claims = observed.all(KINDS.persistentVolumeClaim);
  if (claims.length === 0) return;
  throw new BlockedError(
    'CredentialsLost',
    `Secret "${credentialsName(platform.metadata)}" is gone, but the volumes it opens are there ` +
      `(${claims.map(({ metadata }) => metadata.name).join(', ')}): restore the Secret from a backup, or delete the volumes to begin anew`,
  );
}

/**
 * The platform's credentials: kept once they are stored, for ever. New ones are stored before anything uses them, and
 * never over others: a create fails on a Secret that has appeared meanwhile, a replace on one that has changed.
 */
export async function keepCredentials(
  dependencies: Dependencies,
  facts: Facts,
  signal: AbortSignal,
): Promise<Credentials> {
  const secret = await stored(dependencies, facts, signal);
  if (secret === undefined) refuseToLockVolumes(facts);
  const { credentials, made } = decideCredentials(secret, dependencies.environment.entropy);
  if (made.length === 0) return credentials;
  const { client } = dependencies;
  const manifest = credentialsSecret(facts.platform.metadata, credentials, secret?.metadata);
  await (secret === undefined
    ? client.create(KINDS.secret, manifest, { signal })
    : client.replace(KINDS.secret, manifest, { signal }));
  return credentials;
}
