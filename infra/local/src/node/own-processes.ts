import type { NodeLayout } from './layout.ts';
import { findProcesses } from './supervisor/proc.ts';

/** Whether a command line is one of the node's processes: they are called by their links in the state folder. */
export function isOwnProcess(layout: NodeLayout, commandLine: readonly string[]): boolean {
  return commandLine[0]?.startsWith(`${layout.bin}/`) === true;
}

export function findOwnProcesses(layout: NodeLayout): Promise<number[]> {
  return findProcesses((commandLine) => isOwnProcess(layout, commandLine));
}

/** Pids of the shims, one a Pod, that report to the containerd of `socket`. */
export function findShims(socket: string): Promise<number[]> {
  return findProcesses((commandLine) => isShim(commandLine, socket));
}

export function isShim(commandLine: readonly string[], socket: string): boolean {
  const [program = '', ...args] = commandLine;
  if (!program.split('/').at(-1)?.startsWith('containerd-shim')) return false;
  return args[args.indexOf('-address') + 1] === socket;
}
