import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import type { KubeObject } from '../runtime/index.ts';
import { KINDS } from './kinds.ts';
import type { Observed } from './observed.ts';

/** How long a failed Job rests before it is tried afresh: long enough to be read, short enough to heal. */
const RETRY_AFTER_MS = 60_000;

/** Jobs of these components that gave up long enough ago to be deleted, and so made and tried again. */
export function jobsToRetry(
  components: readonly string[],
  observed: Observed,
  now: number,
): readonly KubeObject[] {
  const jobs = components.flatMap((component) => observed.ofComponent(KINDS.job, component));
  return jobs.filter((object) => {
    const failed = (object as unknown as Job).status?.conditions?.find(
      (c) => c.type === 'Failed' && c.status === 'True',
    );
    return failed !== undefined && now - Date.parse(String(failed.lastTransitionTime)) >= RETRY_AFTER_MS;
  });
}
