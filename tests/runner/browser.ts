import { existsSync } from 'node:fs';
import { installSystemPackages } from '@chatplatform/local/artifacts/index';
import type { SuiteContext } from './suite.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Debian's Chromium, installed when it is missing. `CHROMIUM=/path/to/chromium` names another one. */
export async function ensureChromium(context: SuiteContext): Promise<string> {
  const chosen = context.env['CHROMIUM'] ?? CHROMIUM;
  if (existsSync(chosen)) return chosen;
  context.log('… Install Chromium');
  const step = { logFile: `${context.artifacts}/logs/chromium.log`, report: () => undefined };
  await installSystemPackages(step, ['chromium'], 'The test of the web client');
  return CHROMIUM;
}
