import { fileURLToPath } from 'node:url';
import { LauncherError, renderLauncherError } from '@chatplatform/local/launcher/launcher-error';
import { createConsoleProgress } from '@chatplatform/local/launcher/progress';
import { OPERATOR_USAGE } from './operator/options.ts';
import { runOperator } from './operator/run.ts';
import { REALTIME_USAGE } from './realtime/options.ts';
import { runRealtime } from './realtime/run.ts';

/** `./chatplatform bench`: figures on standard output, progress on standard error. */
const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

const USAGE = `usage: ./chatplatform bench [realtime ... | operator ...]

  realtime    messaging: fan-out, acknowledged messages, idle connections, a lost gateway (default)
  operator    the operator: many platforms at once, memory, edits, what it writes at rest

${REALTIME_USAGE}
${OPERATOR_USAGE}`;

const suites = { realtime: runRealtime, operator: runOperator } as const;

const isSuite = (name: string): name is keyof typeof suites => Object.hasOwn(suites, name);

async function main(given: readonly string[]): Promise<void> {
  if (given.includes('--help') || given.includes('-h')) {
    console.log(USAGE);
    return;
  }
  const [suite = '', ...args] = given[0]?.startsWith('-') === false ? given : ['realtime', ...given];
  if (!isSuite(suite))
    throw new LauncherError(`bench: there is nothing named "${suite}"`, { remedy: USAGE, exitCode: 2 });
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () =>
      interruption.abort(new LauncherError('bench: interrupted', { exitCode: 130 })),
    );
  await suites[suite](args, {
    root,
    progress: createConsoleProgress(process.stderr),
    print: (text) => console.log(text),
    interrupted: interruption.signal,
  });
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof LauncherError ? renderLauncherError(error) : error);
    process.exit(error instanceof LauncherError ? error.exitCode : 1);
  },
);
