/** `./chatplatform`: reads the command line, runs the command, and turns failures into plain messages. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArguments } from './launcher/arguments.ts';
import type { Command } from './launcher/arguments.ts';
import { delegate } from './launcher/delegate.ts';
import { explainFailure } from './launcher/failures.ts';
import { helpText } from './launcher/help-text.ts';
import { repositoryRoot } from './launcher/paths.ts';

/** @returns the exit code. Commands are loaded when they are run: `env` and `version` answer at once. */
async function run(command: Command): Promise<number> {
  switch (command.name) {
    case 'up': {
      stopOnInterrupt('up');
      const { up } = await import('./launcher/commands/up.ts');
      await up(await newSession(), command.context);
      return 0;
    }
    case 'down': {
      stopOnInterrupt('down');
      const { down } = await import('./launcher/commands/down.ts');
      await down(await newSession(), command.purge);
      return 0;
    }
    case 'status': {
      const { status } = await import('./launcher/commands/status.ts');
      return (await status(await newSession())) ? 0 : 1;
    }
    case 'env': {
      const { env } = await import('./launcher/commands/env.ts');
      await env(await newSession());
      return 0;
    }
    case 'version':
      console.log(await readVersion());
      return 0;
    case 'help':
      console.log(helpText.trimEnd());
      return 0;
    default:
      return delegate(repositoryRoot, command.name, command.args);
  }
}

async function newSession() {
  const { createSession } = await import('./launcher/session.ts');
  return createSession();
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

async function readVersion(): Promise<string> {
  const text = await readFile(join(repositoryRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

// `./chatplatform status | head` closes the pipe before all is said: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  process.exitCode = await run(parseArguments(process.argv.slice(2)));
} catch (error) {
  const { text, exitCode } = explainFailure(error);
  process.stderr.write(`${text}\n`);
  // Other steps may still run beside the one that failed.
  process.exit(exitCode);
}
