import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '@chatplatform/local/launcher/progress';

export interface BenchContext {
  /** The repository's root. */
  readonly root: string;
  readonly progress: Progress;
  readonly print: (text: string) => void;
  readonly interrupted: AbortSignal;
}

/**
 * Gives `measure` a temporary folder. When it fails the folder stays, and where its logs lie is said.
 * @param logs folders in it
 * @throws what `measure` throws, and why it was interrupted
 */
export async function inScratch(
  { progress, interrupted }: BenchContext,
  logs: readonly string[],
  measure: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-bench-'));
  try {
    await measure(dir);
  } catch (error) {
    if (!interrupted.aborted) {
      progress.note(`logs: ${logs.map((name) => join(dir, name)).join(', ')}`);
      throw error;
    }
  }
  await rm(dir, { recursive: true, force: true });
  interrupted.throwIfAborted();
}
