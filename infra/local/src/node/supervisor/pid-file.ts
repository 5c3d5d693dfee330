import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../launcher/files.ts';
import { readProcess } from './proc.ts';
import type { ProcessInfo } from './proc.ts';

const pidRecordSchema = z.object({
  pid: z.number().int().positive(),
  startTicks: z.number().int().nonnegative(),
  /** Of the specification it was started with. */
  specHash: z.string(),
  /** Between SIGTERM and SIGKILL. */
  stopGraceMs: z.number().int().nonnegative(),
  /** How often it was started again after it had ended by itself. */
  restarts: z.number().int().nonnegative(),
});

/** What was started. The start time guards against a pid that now belongs to another process. */
export type PidRecord = z.infer<typeof pidRecordSchema>;

export async function writePidFile(directory: string, name: string, record: PidRecord): Promise<void> {
  await replaceFile(pidFile(directory, name), JSON.stringify(record));
}

/** The record, or undefined when there is none or it is torn (a machine that lost power). */
export async function readPidFile(directory: string, name: string): Promise<PidRecord | undefined> {
  try {
    const parsed = pidRecordSchema.safeParse(JSON.parse(await readFile(pidFile(directory, name), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function removePidFile(directory: string, name: string): Promise<void> {
  await rm(pidFile(directory, name), { force: true });
}

/** The process of a record, if it still runs. */
export async function runningProcess(record: PidRecord | undefined): Promise<ProcessInfo | undefined> {
  if (record === undefined) return undefined;
  const info = await readProcess(record.pid);
  return info?.startTicks === record.startTicks ? info : undefined;
}

function pidFile(directory: string, name: string): string {
  return join(directory, `${name}.pid`);
}
