import type { Command } from '../command-line/command.ts';
import { pause, resume } from './pause.ts';
import { plan } from './plan.ts';
import { status } from './status.ts';
import { version } from './version.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [status, plan, pause, resume, version];
