import { followLog } from '../../processes/log-file.ts';
import { type LoggedCommand, runLogged } from '../../processes/run-logged.ts';
import type { BuildStep } from './artifact.ts';

/** Runs a command of a step: output to the step's log, its newest line shown as the step's detail. */
export async function runStep(step: BuildStep, command: Omit<LoggedCommand, 'logFile'>): Promise<void> {
  const follower = await followLog(step.logFile, (line) => {
    // Commands stand in a log behind `# `.
    if (line.trim() !== '' && !line.startsWith('# ')) step.report(line.trim());
  });
  try {
    await runLogged({ ...command, logFile: step.logFile });
  } finally {
    await follower.stop();
  }
}
