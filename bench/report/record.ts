import { describeMachine } from '../measure/machine.ts';
import { keepMeasured, renderMeasured, type Measured } from './keep.ts';
import { readResults } from './results-file.ts';

export interface RecordOptions {
  /** Of the committed results. */
  readonly file: string;
  /** Whether figures are kept there. */
  readonly save: boolean;
  readonly print: (text: string) => void;
}

/** Shows what a scenario measured beside what is committed, and keeps it when asked. */
export type Recorder = (measured: Measured) => Promise<void>;

export async function openRecord({ file, save, print }: RecordOptions): Promise<Recorder> {
  let results = await readResults(file);
  return async (measured) => {
    print(renderMeasured(measured, results));
    if (!save) return;
    const { command } = measured;
    const machine = describeMachine();
    const recordedAt = new Date().toISOString();
    const keeping = await keepMeasured(measured, results, { file, recordedAt, machine, command });
    if (!keeping.kept) print('not saved: take the figures again on a quiet machine');
    results = keeping.results;
  };
}
