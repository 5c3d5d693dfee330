import type { Command } from '../command-line/command.ts';
import { completion } from './completion.ts';
import { connect } from './connect.ts';
import { events } from './events.ts';
import { logs } from './logs.ts';
import { pause, resume } from './pause.ts';
import { plan } from './plan.ts';
import { report } from './report.ts';
import { rotate } from './rotate.ts';
import { status } from './status.ts';
import { version } from './version.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  status,
  plan,
  pause,
  resume,
  rotate,
  logs,
  events,
  connect,
  report,
  version,
  completion,
];
