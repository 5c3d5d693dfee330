import { untilDone } from '../until-done.ts';
import type { RunningServer } from '@chatplatform/local/processes/server';

/** Something that can be killed, and started again as it was. */
export interface Killable {
  /** kill -9. Resolves once it is gone. */
  kill(): Promise<void>;
  /** Resolves once it answers again. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface Started {
  readonly process: RunningServer;
  stop(): Promise<void>;
}

/** What is asked of it at the same time happens in turn: runs side by side may kill the same one. */
export async function startKillable(begin: () => Promise<Started>): Promise<Killable> {
  let running: Started | undefined = await begin();
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (act: () => Promise<void>) => (): Promise<void> => {
    const acted = turn.then(act);
    turn = acted.catch(() => undefined);
    return acted;
  };
  return {
    kill: inTurn(async () => {
      running?.process.kill('SIGKILL');
      await running?.process.exited;
      // What it started beside itself.
      await running?.stop();
      running = undefined;
    }),
    // What it needs to start may itself be broken at this moment, by a run beside this one.
    start: inTurn(async () => {
      running ??= await untilDone(begin, 3);
    }),
    stop: inTurn(async () => {
      await running?.stop();
      running = undefined;
    }),
  };
}
