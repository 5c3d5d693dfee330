import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import type { Session } from '../session.ts';

const POLL_MS = 1_000;

export interface Progress {
  readonly done: boolean;
  /** Where it stands, for a person. */
  readonly text: string;
}

/**
 * Looks until it is done, and says whenever something has changed.
 * @throws CliError when it is not done in time
 */
export async function waitUntilDone(
  session: Session,
  timeoutMs: number,
  look: () => Promise<Progress>,
): Promise<void> {
  const ends = session.now() + timeoutMs;
  let said = '';
  for (;;) {
    const { done, text } = await look();
    if (text !== said) session.err.write(`${text}\n`);
    said = text;
    if (done) return;
    if (session.now() >= ends) {
      throw new CliError(`not done in time: ${text}`, {
        remedy: 'the rotation goes on; kubectl chatplatform status shows what it waits for',
      });
    }
    await sleep(POLL_MS, undefined, { signal: session.signal });
  }
}
