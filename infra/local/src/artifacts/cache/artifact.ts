import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../launcher/progress.ts';
import type { ArtifactContext } from '../context.ts';
import { withFileLock } from './file-lock.ts';
import { hashValues } from './hash.ts';

/** How a folder of the cache is made. It is made again when `version` or an input differs. */
export interface ArtifactRecipe {
  /** Names the folder: `mongodb-stand-in`. */
  name: string;
  version: string;
  /** Everything else that decides what comes out: options, hashes of sources. */
  inputs: readonly string[];
  /** What the user reads while it is made: `Build the MongoDB stand-in`. */
  title: string;
  /** A compile waits for a free slot. Default: false. */
  compile?: boolean;
  /** Makes other artefacts that this one is made of; it holds no slot meanwhile. */
  needs?(): Promise<unknown>;
  /** Fills the empty folder `directory`, or throws. */
  build(directory: string, step: BuildStep): Promise<void>;
}

/** The running step in which an artefact is made. */
export interface BuildStep {
  logFile: string;
  report: Report;
}

/** Characters of the key in a folder's name: 48 bits tell apart what one machine ever builds. */
const KEY_LENGTH = 12;

const PARTIAL_PREFIX = '.partial-';

/**
 * The folder of an artefact, made first if it is not there.
 *
 * It is made in a folder beside it and renamed into place, so a folder under its own name is complete. What an
 * interrupted run left is removed by the next that makes the same artefact; a lock keeps two from making it at once.
 */
export function ensureArtifact(context: ArtifactContext, recipe: ArtifactRecipe): Promise<string> {
  const { folder, target } = placeOf(context, recipe);
  const running = context.inFlight.get(target);
  if (running !== undefined) return running;
  const made = make(context, recipe, { folder, target }).finally(() => context.inFlight.delete(target));
  context.inFlight.set(target, made);
  return made;
}

/** Whether the artefact is in the cache. */
export function hasArtifact(context: ArtifactContext, recipe: ArtifactRecipe): boolean {
  return existsSync(placeOf(context, recipe).target);
}

interface Place {
  folder: string;
  target: string;
}

function placeOf(context: ArtifactContext, recipe: ArtifactRecipe): Place {
  const key = hashValues([recipe.version, ...recipe.inputs]).slice(0, KEY_LENGTH);
  const folder = join(context.cacheDirectory, 'artifacts', recipe.name);
  return { folder, target: join(folder, `${recipe.version}-${key}`) };
}

async function make(context: ArtifactContext, recipe: ArtifactRecipe, place: Place): Promise<string> {
  if (existsSync(place.target)) return place.target;
  await mkdir(place.folder, { recursive: true });
  await recipe.needs?.();
  const logFile = join(context.cacheDirectory, 'logs', `${recipe.name}.log`);
  const slots = recipe.compile === true ? context.compileSlots : unlimited;
  await slots.with(() =>
    context.progress.step(recipe.title, (report) => makeLocked(recipe, place, { logFile, report }), { log: logFile }),
  );
  return place.target;
}

const unlimited = { with: <T>(work: () => Promise<T>): Promise<T> => work() };

function makeLocked(recipe: ArtifactRecipe, { folder, target }: Place, step: BuildStep): Promise<void> {
  return withFileLock(
    join(folder, '.lock'),
    async () => {
      if (existsSync(target)) return;
      await removePartials(folder);
      const partial = await mkdtemp(join(folder, PARTIAL_PREFIX));
      try {
        await recipe.build(partial, step);
        // Temporary folders are closed to others, who do read artefacts: servers run as other users, files go into images.
        await chmod(partial, 0o755);
        await rename(partial, target);
        await removeOutdated(folder);
      } catch (error) {
        await rm(partial, { recursive: true, force: true });
        throw error;
      }
    },
    () => step.report('another run is making it; waiting'),
  );
}

/** Builds of one artefact that stay: another working copy, or a program that still runs, may need the last ones. */
const KEPT_BUILDS = 3;
const OUTDATED_AFTER_MS = 24 * 3600 * 1000;

/** Every change of a source makes a new folder; without this the cache would only grow. */
async function removeOutdated(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const builds = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), madeAt: (await stat(join(folder, name))).mtimeMs })),
  );
  const outdated = builds
    .sort((a, b) => b.madeAt - a.madeAt)
    .slice(KEPT_BUILDS)
    .filter(({ madeAt }) => Date.now() - madeAt > OUTDATED_AFTER_MS);
  await Promise.all(outdated.map(({ path }) => rm(path, { recursive: true, force: true })));
}

async function removePartials(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => name.startsWith(PARTIAL_PREFIX));
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
