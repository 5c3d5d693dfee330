import { CliError, UsageError } from './cli-error.ts';
import type { Command } from './command-line/command.ts';
import { commandHelp, generalHelp } from './command-line/help.ts';
import { globalOptions, parseCommandLine } from './command-line/parse.ts';
import { listPlatforms } from './cluster/platforms.ts';
import { COMMANDS } from './commands/index.ts';
import { complete } from './completion/complete.ts';
import { EXIT } from './exit-codes.ts';
import { styleFor } from './output/style.ts';
import { createSession } from './session.ts';
import type { World } from './session.ts';

const HELP = new Set(['help', '--help', '-h']);

function commandNamed(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const known = COMMANDS.map((candidate) => candidate.name).join(', ');
  throw new UsageError(`there is no command ${JSON.stringify(name)}: the commands are ${known}`);
}

/** How long the cluster is asked for names: a person has pressed the tab key. */
const COMPLETION_MS = 2_000;

/** Cobra's protocol, which kubectl speaks to plugins: a candidate a line, then what the shell should do (4: no files). */
async function printCompletions(words: readonly string[], world: World): Promise<number> {
  const session = createSession({
    ...world,
    signal: AbortSignal.any([world.signal, AbortSignal.timeout(COMPLETION_MS)]),
  });
  const platforms = () =>
    session
      // The last word is still being written.
      .withCluster(globalOptions(words.slice(0, -1)), async (cluster) => {
        const found = await listPlatforms(cluster, cluster.namespace, session.signal);
        return found.map(({ metadata }) => metadata.name);
      })
      // Whoever presses the tab key wants no message.
      .catch(() => []);
  for (const { word, text } of await complete({ commands: COMMANDS, words, platforms })) {
    world.out.write(text === '' ? `${word}\n` : `${word}\t${text}\n`);
  }
  world.out.write(':4\n');
  return EXIT.ok;
}

async function dispatch([first, ...rest]: readonly string[], world: World): Promise<number> {
  const [topic] = rest;
  if (first === undefined || (HELP.has(first) && topic === undefined)) {
    world.out.write(generalHelp(COMMANDS));
    return first === undefined ? EXIT.usage : EXIT.ok;
  }
  if (HELP.has(first) && topic !== undefined) {
    world.out.write(commandHelp(commandNamed(topic)));
    return EXIT.ok;
  }
  if (first === '__complete') return printCompletions(rest, world);
  const command = commandNamed(first);
  const args = parseCommandLine(command, rest);
  if (args.flag('help')) {
    world.out.write(commandHelp(command));
    return EXIT.ok;
  }
  return command.run(createSession(world), args);
}

/** Runs one command line. @returns the exit code; defects are thrown */
export async function run(argv: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(argv, world);
  } catch (error) {
    if (world.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof CliError)) throw error;
    const style = styleFor(world.err.isTTY === true, world.env);
    world.err.write(`${style('bad', 'error:')} ${error.message}\n`);
    if (error.remedy !== undefined) world.err.write(`${style('quiet', 'what to do:')} ${error.remedy}\n`);
    return error.exitCode;
  }
}
