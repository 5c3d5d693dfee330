import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../../launcher/progress.ts';
import { createSlots } from '../cache/slots.ts';
import type { ArtifactContext } from '../context.ts';
import { NO_REGISTRY } from '../registry/registries.ts';

/** A progress that says nothing and remembers the titles of its steps and its notes. */
export function silentProgress(): Progress & { titles: string[]; notes: string[] } {
  const titles: string[] = [];
  const notes: string[] = [];
  return {
    titles,
    notes,
    step(title, work) {
      titles.push(title);
      return work(() => undefined);
    },
    note: (line) => void notes.push(line),
  };
}

export interface TestContext {
  context: ArtifactContext;
  /** Titles of the steps that were run. */
  titles: string[];
  /** Lines that were noted. */
  notes: string[];
  remove(): Promise<void>;
}

/** A context with an empty cache of its own. */
export async function createTestContext(compileSlots = 2): Promise<TestContext> {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'chatplatform-cache-'));
  const progress = silentProgress();
  return {
    context: {
      cacheDirectory,
      repository: join(import.meta.dirname, '../../../../..'),
      progress,
      registries: NO_REGISTRY,
      compileSlots: createSlots(compileSlots),
      npmPackages: Promise.resolve(),
    inFlight: new Map(),
    },
    titles: progress.titles,
    notes: progress.notes,
    remove: () => rm(cacheDirectory, { recursive: true, force: true }),
  };
}
