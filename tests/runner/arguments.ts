export const RUNNER_USAGE = (suites: readonly string[]): string =>
  `usage: ./chatplatform test [SUITE...]

Installs what the tests need and runs all suites, or only those named. The report is in artifacts/report.json.

suites: ${suites.join(', ')}`;

/** @throws Error that names the suites there are, for one that is not among them */
export function parseRunnerArguments(
  args: readonly string[],
  known: readonly string[],
): { suites: readonly string[] } | 'help' {
  if (args.includes('--help') || args.includes('-h')) return 'help';
  const wrong = args.find((arg) => !known.includes(arg));
  if (wrong !== undefined) throw new Error(`test: there is no suite "${wrong}"\n\n${RUNNER_USAGE(known)}`);
  return { suites: args.length === 0 ? known : args };
}
