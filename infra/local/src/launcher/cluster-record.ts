import { join } from 'node:path';
import { z } from 'zod';
import { readIfPresent, replaceFile } from './files.ts';

const clusterRecordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('embedded') }),
  z.object({ kind: z.literal('kind') }),
  z.object({ kind: z.literal('context'), context: z.string() }),
]);

/** Which cluster `up` has chosen: the other commands speak to the same. */
export type ClusterRecord = z.infer<typeof clusterRecordSchema>;

export async function writeClusterRecord(state: string, record: ClusterRecord): Promise<void> {
  await replaceFile(recordPath(state), JSON.stringify(record));
}

/** Undefined where no cluster was brought up, or it was taken down. */
export async function readClusterRecord(state: string): Promise<ClusterRecord | undefined> {
  const text = await readIfPresent(recordPath(state));
  return text === undefined ? undefined : clusterRecordSchema.parse(JSON.parse(text));
}

function recordPath(state: string): string {
  return join(state, 'cluster.json');
}
