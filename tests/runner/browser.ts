import { existsSync } from 'node:fs';
import { runCommand } from './command.ts';
import type { SuiteContext } from './suite.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Debian's Chromium, installed when it is missing. */
export async function ensureChromium(context: SuiteContext): Promise<string> {
  const chosen = context.env['CHROMIUM'] ?? CHROMIUM;
  if (existsSync(chosen)) return chosen;
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { code, tail } = await runCommand('apt-get', args, {
      cwd: context.root,
      env: { ...context.env, DEBIAN_FRONTEND: 'noninteractive' },
      logFile: `${context.artifacts}/logs/chromium-${args[0] ?? ''}.log`,
    });
    if (code !== 0)
      throw new Error(
        `installing chromium failed; install it by hand or name one with CHROMIUM=/path/to/chromium:\n${tail}`,
      );
  }
  return CHROMIUM;
}
