import { misused, readFlags } from '../command/flags.ts';

export const SCENARIOS = [
  'fan-out',
  'persisted',
  'stages',
  'profile',
  'idle-sockets',
  'gateway-loss',
  'open-channel',
] as const;
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
  /** Channels of `persisted`, beside the one. */
  readonly channels: number;
  /** Messages a second of the steady load of `persisted` and `profile`. */
  readonly rate: number;
  /** Seconds that count of each load of `persisted`, `stages` and `profile`. */
  readonly seconds: number;
  /** Connections of `idle-sockets`. */
  readonly sockets: number;
  /** Connections of `gateway-loss`. */
  readonly returning: number;
  /** Messages in the store of `open-channel`. */
  readonly past: number;
  /** Servers and generator on processors of their own. */
  readonly pinned: boolean;
  /** Only to see that everything works: figures of it are never kept. */
  readonly quick: boolean;
  readonly save: boolean;
}

const FULL = {
  runs: 5,
  gateways: 1,
  members: [100, 1000, 5000],
  messages: 100,
  senders: [1, 10, 100],
  channels: 100,
  rate: 500,
  seconds: 10,
  sockets: 10_000,
  returning: 5000,
  past: 1_000_000,
} as const;
const QUICK = {
  runs: 1,
  gateways: 1,
  members: [20, 100],
  messages: 10,
  senders: [1, 10],
  channels: 10,
  rate: 50,
  seconds: 2,
  sockets: 100,
  returning: 100,
  past: 10_000,
} as const;
/** What a machine can be asked for in bounded time: more is a slip of the hand. */
const MOST = {
  runs: 50,
  gateways: 8,
  members: 10_000,
  messages: 10_000,
  senders: 1000,
  channels: 1000,
  rate: 20_000,
  seconds: 600,
  sockets: 20_000,
  returning: 20_000,
  past: 10_000_000,
} as const;
type Amount = keyof typeof MOST;

export const REALTIME_USAGE = `usage: ./chatplatform bench realtime [SCENARIO...] [FLAG...]

Measures messaging on this machine against real stores. Figures are printed with their ratio to those committed in
bench/realtime/results.json; how to read them is in bench/README.md.

scenarios: ${SCENARIOS.join(', ')} (default: all)

  --runs N          runs whose median counts (${FULL.runs})
  --gateways N      gateways, and bare Socket.IO servers to compare them with (${FULL.gateways})
  --members N,N     fan-out: sizes of the room (${FULL.members.join(',')})
  --messages N      fan-out: messages a run (${FULL.messages})
  --senders N,N     persisted: numbers of senders in the channel (${FULL.senders.join(',')})
  --channels N      persisted: channels, beside one alone (${FULL.channels})
  --rate N          persisted, profile: messages a second of the steady load (${FULL.rate})
  --seconds N       persisted, stages, profile: seconds that count of each load (${FULL.seconds})
  --sockets N       idle-sockets: connections (${FULL.sockets})
  --returning N     gateway-loss: connections (${FULL.returning})
  --past N          open-channel: messages in the store (${FULL.past})
  --unpinned        leave servers and generator to the kernel's scheduler
  --quick           small numbers, one run: shows that it works, measures nothing
  --save            keep the figures in bench/realtime/results.json
`;

const GRAMMAR = {
  usage: REALTIME_USAGE,
  scenarios: SCENARIOS,
  most: MOST,
  switches: ['unpinned', 'quick', 'save'],
} as const;

/** @throws LauncherError with exit code 2 for what is not understood */
export function parseRealtimeArguments(args: readonly string[]): RealtimeOptions {
  const flags = readFlags(GRAMMAR, args);
  const [quick, save] = [flags.on('quick'), flags.on('save')];
  if (quick && save) throw misused(REALTIME_USAGE, '--quick measures nothing that could be saved');
  const defaults = quick ? QUICK : FULL;
  return {
    scenarios: flags.scenarios.length === 0 ? SCENARIOS : flags.scenarios,
    runs: flags.one('runs', defaults.runs),
    gateways: flags.one('gateways', defaults.gateways),
    members: flags.several('members', defaults.members),
    messages: flags.one('messages', defaults.messages),
    senders: flags.several('senders', defaults.senders),
    channels: flags.one('channels', defaults.channels),
    rate: flags.one('rate', defaults.rate),
    seconds: flags.one('seconds', defaults.seconds),
    sockets: flags.one('sockets', defaults.sockets),
    returning: flags.one('returning', defaults.returning),
    past: flags.one('past', defaults.past),
    pinned: !flags.on('unpinned'),
    quick,
    save,
  };
}

/** Of each scenario, the flags that shape its figures. */
const SHAPED_BY: Record<ScenarioName, readonly Amount[]> = {
  'fan-out': ['runs', 'gateways', 'members', 'messages'],
  persisted: ['runs', 'gateways', 'senders', 'channels', 'rate', 'seconds'],
  stages: ['runs', 'seconds'],
  profile: ['runs', 'rate', 'seconds'],
  'idle-sockets': ['runs', 'sockets'],
  'gateway-loss': ['runs', 'returning'],
  'open-channel': ['runs', 'past'],
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
