import {
  createArtifactContext,
  ensureAzurite,
  ensureHostPackages,
  ensureInfluxd,
  ensureMaildev,
  ensureMongoStandIn,
} from '../artifacts/index.ts';
import type { Progress } from '../launcher/progress.ts';
import type { StorePrograms } from './index.ts';

/** Fetches or builds what the stores run from, once; later calls find it in the cache. */
export async function storePrograms(repository: string, progress: Progress): Promise<StorePrograms> {
  const context = createArtifactContext({ progress, repository });
  const [packages, mongod, influxd, azurite, maildev] = await Promise.all([
    ensureHostPackages(context, ['redis-server', 'rabbitmq-server', 'postgresql']),
    ensureMongoStandIn(context),
    ensureInfluxd(context),
    ensureAzurite(context),
    ensureMaildev(context),
  ]);
  return { packages, mongod, influxd, azurite, maildev };
}
