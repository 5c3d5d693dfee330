import { parseArgs } from 'node:util';
import { LauncherError } from '@chatplatform/local/launcher/launcher-error';

export const SCENARIOS = ['fan-out', 'persisted', 'idle-sockets'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface RealtimeOptions {
  readonly scenarios: readonly ScenarioName[];
  /** Each figure is the median of so many. */
  readonly runs: number;
  readonly gateways: number;
  /** Sizes of the rooms of `fan-out`. */
  readonly members: readonly number[];
  /** Messages a room and run of `fan-out`. */
  readonly messages: number;
  /** Numbers of senders of `persisted`. */
  readonly senders: readonly number[];
  /** Messages a second of the steady load of `persisted`. */
  readonly rate: number;
  /** Seconds that count of each load of `persisted`. */
  readonly seconds: number;
  /** Connections of `idle-sockets`. */
  readonly sockets: number;
  /** Servers and generator on processors of their own. */
  readonly pinned: boolean;
  /** Only to see that everything works: figures of it are never kept. */
  readonly quick: boolean;
  readonly save: boolean;
}

const FULL = {
  runs: 5,
  gateways: 1,
  members: [100, 1000],
  messages: 100,
  senders: [1, 10, 100],
  rate: 500,
  seconds: 10,
  sockets: 1000,
} as const;
const QUICK = {
  runs: 1,
  gateways: 1,
  members: [20, 100],
  messages: 10,
  senders: [1, 10],
  rate: 50,
  seconds: 2,
  sockets: 100,
} as const;
/** What a machine can be asked for in bounded time: more is a slip of the hand. */
const MOST = {
  runs: 50,
  gateways: 8,
  members: 10_000,
  messages: 10_000,
  senders: 1000,
  rate: 20_000,
  seconds: 600,
  sockets: 20_000,
} as const;
type NumberFlag = keyof typeof MOST;

export const REALTIME_USAGE = `usage: ./chatplatform bench realtime [SCENARIO...] [FLAG...]

Measures messaging on this machine against real stores. Figures are printed with their ratio to those committed in
bench/realtime/results.json; how to read them is in bench/README.md.

scenarios: ${SCENARIOS.join(', ')} (default: all)

  --runs N          runs whose median counts (${FULL.runs})
  --gateways N      gateways, and bare Socket.IO servers to compare them with (${FULL.gateways})
  --members N,N     fan-out: sizes of the room (${FULL.members.join(',')})
  --messages N      fan-out: messages a run (${FULL.messages})
  --senders N,N     persisted: numbers of senders in the channel (${FULL.senders.join(',')})
  --rate N          persisted: messages a second of the steady load (${FULL.rate})
  --seconds N       persisted: seconds that count of each load (${FULL.seconds})
  --sockets N       idle-sockets: connections (${FULL.sockets})
  --unpinned        leave servers and generator to the kernel's scheduler
  --quick           small numbers, one run: shows that it works, measures nothing
  --save            keep the figures in bench/realtime/results.json
`;

/** @throws LauncherError with exit code 2 for what is not understood */
export function parseRealtimeArguments(args: readonly string[]): RealtimeOptions {
  const { values, positionals } = parse(args);
  const quick = values.quick ?? false;
  const save = values.save ?? false;
  if (quick && save) throw wrong('--quick measures nothing that could be saved');
  const defaults = quick ? QUICK : FULL;
  const one = (flag: Exclude<NumberFlag, 'members' | 'senders'>): number => {
    const [value, ...more] = numbers(flag, values[flag] ?? String(defaults[flag]));
    if (value === undefined || more.length > 0) throw wrong(`--${flag} takes one number`);
    return value;
  };
  const several = (flag: 'members' | 'senders'): number[] =>
    numbers(flag, values[flag] ?? defaults[flag].join(','));
  return {
    scenarios: positionals.length === 0 ? SCENARIOS : positionals.map(scenarioNamed),
    runs: one('runs'),
    gateways: one('gateways'),
    members: several('members'),
    messages: one('messages'),
    senders: several('senders'),
    rate: one('rate'),
    seconds: one('seconds'),
    sockets: one('sockets'),
    pinned: !(values.unpinned ?? false),
    quick,
    save,
  };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: string,
        gateways: string,
        members: string,
        messages: string,
        senders: string,
        rate: string,
        seconds: string,
        sockets: string,
        unpinned: boolean,
        quick: boolean,
        save: boolean,
      },
    });
  } catch (error) {
    throw wrong((error as Error).message, error);
  }
}

function numbers(flag: NumberFlag, list: string): number[] {
  return list.split(',').map((text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= 1 && value <= MOST[flag]))
      throw wrong(`--${flag} takes whole numbers from 1 to ${MOST[flag]}, not "${text}"`);
    return value;
  });
}

function scenarioNamed(name: string): ScenarioName {
  const found = SCENARIOS.find((scenario) => scenario === name);
  if (found === undefined) throw wrong(`there is no scenario "${name}"`);
  return found;
}

const wrong = (message: string, cause?: unknown): LauncherError =>
  new LauncherError(`bench: ${message}`, { remedy: REALTIME_USAGE, exitCode: 2, cause });

/** Of each scenario, the flags that shape its figures. */
const SHAPED_BY: Record<ScenarioName, readonly NumberFlag[]> = {
  'fan-out': ['runs', 'gateways', 'members', 'messages'],
  persisted: ['runs', 'gateways', 'senders', 'rate', 'seconds'],
  'idle-sockets': ['runs', 'sockets'],
};

/** The command that repeats a scenario, with everything that shapes its figures said. */
export function commandOf(scenario: ScenarioName, options: RealtimeOptions): string {
  const flags = SHAPED_BY[scenario].map((flag) => `--${flag} ${String(options[flag])}`);
  return [
    './chatplatform bench realtime',
    scenario,
    ...flags,
    ...(options.pinned ? [] : ['--unpinned']),
    ...(options.quick ? ['--quick'] : []),
  ].join(' ');
}
