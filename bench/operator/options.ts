import { misused, readFlags } from '../command/flags.ts';

/** In the order in which they run: each goes on with the platforms that are there. */
export const SCENARIOS = ['create', 'idle', 'edit', 'foreign'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface OperatorOptions {
  readonly scenarios: readonly ScenarioName[];
  /** Created at once by `create`. */
  readonly platforms: number;
  /** There during `idle`, `edit` and `foreign`. */
  readonly idle: number;
  readonly edits: number;
  /** Foreign Secrets, and as many Pods. */
  readonly foreign: number;
  /** How long the operator is watched doing nothing. */
  readonly steadySeconds: number;
  /** For each number of requests at once. */
  readonly ceilingSeconds: number;
  /** After which no further platform is begun on the way to `idle`. */
  readonly limitSeconds: number;
  /** Only to see that everything works: figures of it are never kept. */
  readonly quick: boolean;
  readonly save: boolean;
}

const FULL = {
  platforms: 100,
  idle: 1000,
  edits: 200,
  foreign: 5000,
  steady: 60,
  ceiling: 10,
  limit: 1200,
} as const;
const QUICK = {
  platforms: 3,
  idle: 5,
  edits: 5,
  foreign: 50,
  steady: 5,
  ceiling: 2,
  limit: 120,
} as const;
/** What a machine can be asked for in bounded time: more is a slip of the hand. */
const MOST = {
  platforms: 1000,
  idle: 2000,
  edits: 10_000,
  foreign: 50_000,
  steady: 3600,
  ceiling: 60,
  limit: 7200,
} as const;
type Amount = keyof typeof MOST;

export const OPERATOR_USAGE = `usage: ./chatplatform bench operator [SCENARIO...] [FLAG...]

Measures the operator on a real API server with simulated nodes. Figures are printed with their ratio to those committed in
bench/operator/results.json; how to read them is in bench/README.md.

scenarios: ${SCENARIOS.join(', ')} (default: all)

  --platforms N     create: platforms created at once (${FULL.platforms})
  --ceiling N       create: seconds for each width of the plain writer (${FULL.ceiling})
  --idle N          idle, edit, foreign: platforms that are there (${FULL.idle})
  --steady N        idle: seconds of rest that are watched (${FULL.steady})
  --limit N         idle: seconds after which no further platform is begun (${FULL.limit})
  --edits N         edit: edits, one after another (${FULL.edits})
  --foreign N       foreign: Secrets, and as many Pods (${FULL.foreign})
  --quick           small numbers: shows that it works, measures nothing
  --save            keep the figures in bench/operator/results.json
`;

const GRAMMAR = {
  usage: OPERATOR_USAGE,
  scenarios: SCENARIOS,
  most: MOST,
  switches: ['quick', 'save'],
} as const;

/** @throws LauncherError with exit code 2 for what is not understood */
export function parseOperatorArguments(args: readonly string[]): OperatorOptions {
  const flags = readFlags(GRAMMAR, args);
  const [quick, save] = [flags.on('quick'), flags.on('save')];
  if (quick && save) throw misused(OPERATOR_USAGE, '--quick measures nothing that could be saved');
  const defaults = quick ? QUICK : FULL;
  const amount = (flag: Amount): number => flags.one(flag, defaults[flag]);
  const wanted = flags.scenarios;
  return {
    scenarios: wanted.length === 0 ? SCENARIOS : SCENARIOS.filter((name) => wanted.includes(name)),
    platforms: amount('platforms'),
    idle: amount('idle'),
    edits: amount('edits'),
    foreign: amount('foreign'),
    steadySeconds: amount('steady'),
    ceilingSeconds: amount('ceiling'),
    limitSeconds: amount('limit'),
    quick,
    save,
  };
}

/** The command that repeats a run: scenarios build on one another, so all of them are named. */
export function commandOf(options: OperatorOptions): string {
  const flags: [Amount, number][] = [
    ['platforms', options.platforms],
    ['ceiling', options.ceilingSeconds],
    ['idle', options.idle],
    ['steady', options.steadySeconds],
    ['limit', options.limitSeconds],
    ['edits', options.edits],
    ['foreign', options.foreign],
  ];
  return [
    './chatplatform bench operator',
    ...options.scenarios,
    ...flags.map(([flag, value]) => `--${flag} ${value}`),
    ...(options.quick ? ['--quick'] : []),
  ].join(' ');
}
