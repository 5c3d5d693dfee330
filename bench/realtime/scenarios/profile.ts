import { sharesByOwner, type CpuProfile } from '../../measure/cpu-profile.ts';
import type { Inspectable } from '../../measure/inspectable.ts';
import { profileWhile } from '../../measure/inspector.ts';
import { figuresOf, inAllRuns, type Figure, type Section } from '../../report/figure.ts';
import type { PersistedResult } from '../generator/jobs.ts';
import { loadNewRoom, type RoomLoad } from './room-load.ts';
import type { ScenarioContext } from './scenario.ts';

const WARM_UP_MS = 2000;
/** Owners with less of a process are told of together. */
const LEAST_SHARE = 0.03;
const OTHERS = 'others';

interface ProfiledLoad {
  readonly id: string;
  readonly title: string;
  readonly load: Pick<RoomLoad, 'door' | 'senders' | 'load'>;
}

/** The two loads that have goals, with the processes that are ours looked into: what their time goes into. */
export async function measureProfile(context: ScenarioContext): Promise<readonly Section[]> {
  const sections: Section[] = [];
  for (const load of loadsOf(context)) sections.push(await profileLoad(context, load));
  return sections;
}

function loadsOf({ options: { rate } }: ScenarioContext): ProfiledLoad[] {
  return [
    {
      id: 'http/100',
      title: 'What the processors do: 100 senders in one channel, HTTP to the chat service',
      load: { door: 'http', senders: 100, load: { kind: 'closed', pauseMs: 0 } },
    },
    {
      id: `steady/${rate}`,
      title: `What the processors do: a steady ${rate}/s of 20 senders in one channel by socket`,
      load: { senders: 20, load: { kind: 'steady', perSecond: rate } },
    },
  ];
}

async function profileLoad(context: ScenarioContext, { id, title, load }: ProfiledLoad): Promise<Section> {
  const { options, platform, report } = context;
  const subjects = new Map<string, Inspectable>([['chat', platform.chat]]);
  const [gateway] = platform.gateways;
  if (gateway !== undefined && load.door !== 'http') subjects.set('gateway', gateway);
  const runs: ProfiledRun[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    report(`${id}, run ${run + 1} of ${options.runs}`);
    runs.push(
      await profileAll([...subjects], () =>
        loadNewRoom(context, {
          ...load,
          gatewayUrls: platform.gateways.map(({ url }) => url),
          warmUpMs: Math.min(WARM_UP_MS, options.seconds * 1000),
          durationMs: options.seconds * 1000,
          timeoutMs: options.seconds * 2000 + 120_000,
        }),
      ),
    );
  }
  return {
    title,
    figures: figuresOf(inAllRuns(runs.map(figuresOfRun)), (key) => describeFigure(id, key)),
    notes: ['profiled by samples of the clock: what waits for a processor counts where it waits'],
  };
}

interface ProfiledRun {
  readonly result: PersistedResult;
  readonly profiles: ReadonlyMap<string, CpuProfile>;
}

async function profileAll(
  [first, ...others]: readonly (readonly [string, Inspectable])[],
  act: () => Promise<PersistedResult>,
): Promise<ProfiledRun> {
  if (first === undefined) return { result: await act(), profiles: new Map() };
  const [name, subject] = first;
  const { result, profile } = await profileWhile(subject, () => profileAll(others, act));
  return { result: result.result, profiles: new Map([[name, profile], ...result.profiles]) };
}

function figuresOfRun({ result, profiles }: ProfiledRun): Record<string, number> {
  const figures: Record<string, number> = { rate: result.acknowledgedPerSecond };
  for (const [component, seconds] of result.cpuSeconds)
    figures[`cpu/${component}`] = (seconds / result.ack.count) * 1000;
  for (const [component, profile] of profiles) Object.assign(figures, sharesOf(component, profile));
  return figures;
}

/** In percent, the largest first. */
function sharesOf(component: string, profile: CpuProfile): Record<string, number> {
  const shares = [...sharesByOwner(profile)].toSorted(([, a], [, b]) => b - a);
  const large = shares.filter(([, share]) => share >= LEAST_SHARE);
  const rest = 1 - large.reduce((sum, [, share]) => sum + share, 0);
  return Object.fromEntries(
    [...large, [OTHERS, rest] as const].map(([owner, share]) => [`share/${component}/${owner}`, share * 100]),
  );
}

function describeFigure(load: string, key: string): Omit<Figure, 'values'> {
  const id = `profile/${load}/${key}`;
  if (key === 'rate') return { id, label: 'acknowledged', unit: '/s' };
  const [kind, component = '', ...owner] = key.split('/');
  return kind === 'cpu'
    ? { id, label: `CPU a message, ${component}`, unit: 'ms' }
    : { id, label: `of the time of ${component}: ${owner.join('/')}`, unit: '%' };
}
