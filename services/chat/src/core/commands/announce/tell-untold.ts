import type { UntoldEntries } from '../../ports/untold-entries.ts';
import type { Announcements } from './announcements.ts';

export interface TellUntoldDeps {
  readonly untold: Pick<UntoldEntries, 'find' | 'forget'>;
  readonly announcements: Pick<Announcements, 'ensureTold' | 'release'>;
}

const PAGE = 200;

/**
 * Tells of what nobody is known to have told of, and ends early while that does not succeed.
 * @param before those stored later are left to the process that stored them
 * @returns how many were told of
 */
export async function tellUntold({ untold, announcements }: TellUntoldDeps, before: Date): Promise<number> {
  for (let count = 0; ;) {
    const ids = await untold.find(before, PAGE);
    const told = await announcements.ensureTold(ids);
    if (told.size > 0) await untold.forget([...told]);
    announcements.release(told);
    count += told.size;
    if (ids.length < PAGE || told.size < ids.length) return count;
  }
}
