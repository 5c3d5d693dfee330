import { createArtifactContext, ensureStorePrograms } from '@chatplatform/local/artifacts/index';
import { createProgress } from '@chatplatform/local/launcher/progress';
import { fileURLToPath } from 'node:url';
import { startWorld, type World } from './world.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** A world on the programs of this machine, which are made when they are not there yet. */
export async function openWorld(): Promise<World> {
  const silent = { isTTY: false, columns: 120, write: () => undefined };
  const progress = createProgress(silent, Date.now);
  const programs = await ensureStorePrograms(createArtifactContext({ progress, repository: root }));
  return startWorld({ root, programs });
}
