import { availableParallelism, homedir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Progress } from '../launcher/progress.ts';
import { compileSlotCount, createSlots, type Slots } from './cache/slots.ts';
import { createRegistries, type Registries } from './registry/registries.ts';

/** What every artefact needs to be made: where it is kept, where its sources are, and whom to tell. */
export interface ArtifactContext {
  /** Absolute; see {@link defaultCacheDirectory}. */
  cacheDirectory: string;
  /** Root of the working copy: recipes and application sources are read below it. */
  repository: string;
  progress: Progress;
  /** Resolves when the npm packages of the working copy are there, which the web client is built with. */
  npmPackages: Promise<void>;
  /** Where published images come from. */
  registries: Registries;
  /** Limits how many compiles run side by side. */
  compileSlots: Slots;
  /** Artefacts being made by this process: those who ask twice wait for the same one. */
  inFlight: Map<string, Promise<string>>;
}

/**
 * `CHATPLATFORM_CACHE`, else `chatplatform` in the XDG cache folder. Root's is in /var/cache: what is built by root is run by
 * other users too (PostgreSQL refuses to be root), and root's home is closed to them.
 */
export function defaultCacheDirectory(env: NodeJS.ProcessEnv, isRoot = process.getuid?.() === 0): string {
  const chosen = env['CHATPLATFORM_CACHE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && xdg !== '') return join(xdg, 'chatplatform');
  return isRoot ? '/var/cache/chatplatform' : join(homedir(), '.cache', 'chatplatform');
}

export interface ArtifactContextOptions {
  progress: Progress;
  /** Default: {@link defaultCacheDirectory} of this process's environment. */
  cacheDirectory?: string;
  /** Default: the working copy this file belongs to. */
  repository?: string;
  /** Default: they are there. */
  npmPackages?: Promise<void>;
}

export function createArtifactContext(options: ArtifactContextOptions): ArtifactContext {
  return {
    cacheDirectory: resolve(options.cacheDirectory ?? defaultCacheDirectory(process.env)),
    repository: options.repository ?? resolve(import.meta.dirname, '../../../..'),
    progress: options.progress,
    npmPackages: options.npmPackages ?? Promise.resolve(),
    registries: createRegistries(process.env['CHATPLATFORM_REGISTRY'], options.progress),
    compileSlots: createSlots(compileSlotCount(totalmem(), availableParallelism())),
    inFlight: new Map(),
  };
}
