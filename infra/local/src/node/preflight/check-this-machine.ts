import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LauncherError } from '../../launcher/launcher-error.ts';
import type { NodeLayout } from '../layout.ts';
import { isOwnProcess } from '../own-processes.ts';
import { isNodeRunning } from '../running.ts';
import { checkMachine } from './check-machine.ts';
import { gatherMachineFacts } from './gather.ts';

/**
 * Looks whether the node can run here. Changes nothing.
 *
 * @throws LauncherError that lists everything in the way, with what to do
 */
export async function checkThisMachine(layout: NodeLayout, cache: string): Promise<void> {
  const facts = await gatherMachineFacts({
    folders: [layout.state, cache],
    isOwn: (commandLine) => isOwnProcess(layout, commandLine),
    nodeRunning: await isNodeRunning(layout),
    cold: !(await isCacheFilled(cache)),
  });
  const problems = checkMachine(facts);
  const [first, ...others] = problems;
  if (first === undefined) return;
  if (others.length === 0) throw new LauncherError(first.message, { remedy: first.remedy });
  const list = problems.map(({ message, remedy }) => `  - ${message}\n    what to do: ${remedy}`);
  throw new LauncherError(['the node cannot run here:', ...list].join('\n'));
}

/** The largest build is there; names with a dot are those of an interrupted run. */
async function isCacheFilled(cache: string): Promise<boolean> {
  const builds = await readdir(join(cache, 'artifacts', 'kubernetes')).catch(() => []);
  return builds.some((name) => !name.startsWith('.'));
}
