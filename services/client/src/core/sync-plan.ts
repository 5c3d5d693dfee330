import { gapAfter } from './channel-log.ts';
import type { Timeline } from './timeline.ts';

export interface Wanted {
  readonly channelId: string;
  readonly afterSeq: number;
}

/** Of every channel that misses something: from where to fetch. */
export function planSync(timelines: ReadonlyMap<string, Timeline>): Wanted[] {
  return [...timelines].flatMap(([channelId, { log }]) => {
    const afterSeq = gapAfter(log);
    return afterSeq === undefined ? [] : [{ channelId, afterSeq }];
  });
}

/** Whether an answer brought anything: a server that is behind must not be asked in a circle. */
export function progressed(before: readonly Wanted[], after: readonly Wanted[]): boolean {
  return before.some(
    ({ channelId, afterSeq }) =>
      !after.some((wanted) => wanted.channelId === channelId && wanted.afterSeq === afterSeq),
  );
}
