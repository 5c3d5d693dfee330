import { ApiError, sleep, systemClock } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { UsageError } from '../cli-error.ts';
import type { Command } from '../command-line/command.ts';
import { PLATFORM } from '../command-line/options.ts';
import type { Arguments } from '../command-line/parse.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findPlatform } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import { byTime, matches, sortKey } from '../logs/line.ts';
import type { LogFilter, LogLine } from '../logs/line.ts';
import { MergeBuffer } from '../logs/merge.ts';
import { renderLine } from '../logs/render.ts';
import { readLog, sourcesOf } from '../logs/sources.ts';
import type { LogSource } from '../logs/sources.ts';
import { parseDuration } from '../output/duration.ts';
import { wantsColour } from '../output/style.ts';
import type { Session } from '../session.ts';
import { podSelector } from '../status/report.ts';

/** How often Pods that came since are looked for. */
const LOOK_MS = 3_000;

interface Wanted {
  readonly cluster: Cluster;
  readonly platform: KubeObject;
  readonly components: ReadonlySet<string> | undefined;
  readonly filter: LogFilter;
  readonly sinceSeconds: number;
  readonly signal: AbortSignal;
}

async function sources({ cluster, platform, components, signal }: Wanted): Promise<LogSource[]> {
  const { namespace = '', name } = platform.metadata;
  const { resource, labelSelector } = podSelector(name);
  const pods = await cluster.listAll(resource, { namespace, labelSelector, signal });
  return sourcesOf(pods).filter(({ component }) => components === undefined || components.has(component));
}

async function past(wanted: Wanted, found: readonly LogSource[]): Promise<LogLine[]> {
  const { cluster, filter, sinceSeconds, signal } = wanted;
  const logs = await Promise.all(
    found.map(async (source) => {
      const lines: LogLine[] = [];
      for await (const line of readLog(cluster, source, { sinceSeconds, signal })) {
        if (matches(line, filter)) lines.push(line);
      }
      return lines;
    }),
  );
  return logs.flat().sort(byTime);
}

/** Lines of all containers, also of those that are made later, into the buffer, until `signal` aborts. */
async function gather(wanted: Wanted, buffer: MergeBuffer, signal: AbortSignal): Promise<void> {
  const { cluster, filter, sinceSeconds } = wanted;
  const followed = new Set<string>();
  /** Where a container's log goes on that was cut off: not from the beginning. */
  const last = new Map<string, string>();
  let forbidden: unknown;
  const attend = async (source: LogSource, id: string) => {
    const sinceTime = last.get(id);
    const from = sinceTime === undefined ? { sinceSeconds } : { sinceTime };
    for await (const line of readLog(cluster, source, { follow: true, ...from, signal })) {
      if (last.has(id) && sortKey(line) <= sortKey({ time: last.get(id) ?? '' })) continue;
      last.set(id, line.time);
      if (matches(line, filter)) buffer.push(line);
    }
  };
  while (!signal.aborted && forbidden === undefined) {
    for (const source of await sources(wanted)) {
      const id = `${source.pod}/${source.container}`;
      if (followed.has(id)) continue;
      followed.add(id);
      attend(source, id)
        .catch((error: unknown) => {
          // A cut connection is taken up again at the next look; a missing right stays missing.
          if (error instanceof ApiError && error.status === 403) forbidden = error;
        })
        .finally(() => followed.delete(id));
    }
    await sleep(systemClock, LOOK_MS, signal);
  }
  if (forbidden !== undefined) throw forbidden;
}

/** Prints what is gathered, in the order of time, until interrupted. */
async function follow(wanted: Wanted, print: (line: LogLine) => void): Promise<void> {
  const buffer = new MergeBuffer({
    monotonic: () => systemClock.monotonic(),
    sleep: (ms, until) => sleep(systemClock, ms, until),
  });
  const done = new AbortController();
  const signal = AbortSignal.any([wanted.signal, done.signal]);
  const printing = buffer.run(print, signal);
  try {
    await gather(wanted, buffer, signal);
  } finally {
    done.abort();
    await printing;
  }
}

function printer(session: Session, args: Arguments): (line: LogLine) => void {
  if (args.format === 'json') {
    return ({ time, component, pod, text, fields }) => {
      const line = { time, component, pod, ...(fields === undefined ? { text } : { fields }) };
      session.out.write(`${JSON.stringify(line)}\n`);
    };
  }
  const colours = wantsColour(session.out.isTTY === true, session.env);
  return (line) => session.out.write(`${renderLine(line, session.style, colours)}\n`);
}

function secondsOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) {
    throw new UsageError(`--since is a duration such as 90s, 10m or 2h, not ${JSON.stringify(text)}`);
  }
  return Math.ceil(ms / 1000);
}

export const logs: Command = {
  name: 'logs',
  summary: "Show the logs of all of a platform's containers, merged in the order of time.",
  description:
    'A colour a component. --trace and --user keep the JSON lines that belong to one trace or one person: a message\n' +
    'can be followed through all services. With --follow, Pods that are made later are followed as well.',
  positional: PLATFORM,
  options: {
    follow: { type: 'boolean', short: 'f', text: 'Go on until Ctrl-C.' },
    since: { type: 'string', value: 'DURATION', text: 'How far back.', default: '10m' },
    component: { type: 'string', short: 'c', value: 'NAMES', text: 'Only these: chat,gateway.' },
    trace: { type: 'string', value: 'ID', text: 'Only lines of this trace (traceId).' },
    user: { type: 'string', value: 'ID', text: 'Only lines that name this user ID.' },
    output: {
      type: 'string',
      short: 'o',
      value: 'FORMAT',
      text: 'How to print: json is one object a line.',
      choices: ['table', 'json'],
      default: 'table',
    },
  },
  examples: [
    ['kubectl chatplatform logs demo --follow', 'Everything, as it happens'],
    [
      'kubectl chatplatform logs demo --since=1h --trace=4bf92f3577b34da6a3ce929d0e0e4736',
      'One message on its way',
    ],
    ['kubectl chatplatform logs demo -c chat,gateway -f', 'Two services'],
  ],
  run: (session, args) => {
    const sinceSeconds = secondsOf(args.text('since') ?? '');
    return session.withCluster(args, async (cluster) => {
      const { signal } = session;
      const names = args.text('component')?.split(',');
      const wanted: Wanted = {
        cluster,
        platform: await findPlatform(cluster, args.positional, signal),
        components: names && new Set(names),
        filter: { trace: args.text('trace'), user: args.text('user') },
        sinceSeconds,
        signal,
      };
      const print = printer(session, args);
      if (args.flag('follow')) await follow(wanted, print);
      else (await past(wanted, await sources(wanted))).forEach(print);
      return EXIT.ok;
    });
  },
};
