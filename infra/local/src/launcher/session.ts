import { resolve } from 'node:path';
import { defaultCacheDirectory } from '../artifacts/context.ts';
import { nodeLayout } from '../node/layout.ts';
import type { NodeLayout } from '../node/layout.ts';
import { repositoryRoot, stateDirectory } from './paths.ts';
import { createConsoleProgress } from './progress.ts';
import type { Progress } from './progress.ts';

/** What every command works with. */
export interface Session {
  repository: string;
  /** Folder of what is kept until `down`. */
  state: string;
  /** Folder of what was downloaded and built. */
  cache: string;
  layout: NodeLayout;
  userId: number;
  progress: Progress;
  print: (text: string) => void;
}

export function createSession(): Session {
  const userId = process.getuid?.() ?? -1;
  const state = stateDirectory(process.env, userId);
  const cache = resolve(defaultCacheDirectory(process.env));
  return {
    repository: repositoryRoot,
    state,
    cache,
    layout: nodeLayout(state, cache),
    userId,
    progress: createConsoleProgress(process.stdout),
    print: (text) => void process.stdout.write(`${text}\n`),
  };
}
