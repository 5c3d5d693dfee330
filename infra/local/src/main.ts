/** `./chatplatform`: reads the command line, runs the command, and turns failures into plain messages. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArguments } from './launcher/arguments.ts';
import type { Command } from './launcher/arguments.ts';
import { down } from './launcher/commands/down.ts';
import { env } from './launcher/commands/env.ts';
import { status } from './launcher/commands/status.ts';
import { up } from './launcher/commands/up.ts';
import { delegate } from './launcher/delegate.ts';
import { helpText } from './launcher/help-text.ts';
import { LauncherError, renderLauncherError } from './launcher/launcher-error.ts';
import { createSession } from './launcher/session.ts';
import type { Session } from './launcher/session.ts';

async function run(command: Command, session: Session): Promise<number> {
  switch (command.name) {
    case 'up':
      stopOnInterrupt('up');
      await up(session, command.context);
      return 0;
    case 'down':
      stopOnInterrupt('down');
      await down(session, command.purge);
      return 0;
    case 'status':
      return (await status(session)) ? 0 : 1;
    case 'env':
      await env(session);
      return 0;
    case 'version':
      session.print(await readVersion(session.repository));
      return 0;
    case 'help':
      session.print(helpText.trimEnd());
      return 0;
    default:
      return delegate(session.repository, command.name, command.args);
  }
}

/** Every stage can be repeated, so nothing has to be undone. */
function stopOnInterrupt(command: string): void {
  const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.stderr.write(`\nchatplatform: interrupted; to go on from here: ./chatplatform ${command}\n`);
      process.exit(exitCodes[signal]);
    });
  }
}

async function readVersion(repository: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

// `./chatplatform status | head` closes the pipe before all is said: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  process.exitCode = await run(parseArguments(process.argv.slice(2)), createSession());
} catch (error) {
  if (!(error instanceof LauncherError)) throw error;
  process.stderr.write(`${renderLauncherError(error)}\n`);
  // Other steps may still run beside the one that failed.
  process.exit(error.exitCode);
}
