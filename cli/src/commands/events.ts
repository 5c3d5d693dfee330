import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { UsageError } from '../cli-error.ts';
import type { Command } from '../command-line/command.ts';
import { OUTPUT_OPTION, PLATFORM } from '../command-line/options.ts';
import type { Arguments } from '../command-line/parse.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { EVENTS, platformEvent } from '../cluster/events.ts';
import type { PlatformEvent } from '../cluster/events.ts';
import { findPlatform } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import { formatDuration } from '../output/duration.ts';
import { render } from '../output/print.ts';
import { renderColumns } from '../output/table.ts';
import { untilInterrupted } from '../session.ts';
import type { Session } from '../session.ts';

const WATCH_SECONDS = 300;

function row({ time, type, reason, kind, name, note, count }: PlatformEvent, { style, now }: Session) {
  const age = formatDuration(Math.max(0, now() - Date.parse(time)));
  return [
    age,
    style(type === 'Warning' ? 'busy' : 'plain', type),
    reason,
    `${kind}/${name}`,
    count > 1 ? `${note} (${count} times)` : note,
  ];
}

const HEAD = ['AGE', 'TYPE', 'REASON', 'OBJECT', 'NOTE'];

function wanted(args: Arguments, platform: string) {
  return (object: KubeObject): PlatformEvent[] => {
    const event = platformEvent(object, platform);
    if (event === undefined || (args.flag('warnings') && event.type !== 'Warning')) return [];
    return [event];
  };
}

async function follow(
  session: Session,
  { client }: Cluster,
  { namespace, resourceVersion }: { readonly namespace: string; readonly resourceVersion: string },
  select: (object: KubeObject) => PlatformEvent[],
): Promise<void> {
  const { signal } = session;
  let from = resourceVersion;
  while (!signal.aborted) {
    const options = { namespace, resourceVersion: from, timeoutSeconds: WATCH_SECONDS, signal };
    for await (const { type, object } of client.watch(EVENTS, options)) {
      if (type === 'ERROR') {
        // What has happened meanwhile is not known any more: from now on, then.
        from = (await client.list(EVENTS, { namespace, limit: 1, signal })).resourceVersion;
        break;
      }
      from = object.metadata.resourceVersion ?? from;
      if (type === 'DELETED' || type === 'BOOKMARK') continue;
      for (const event of select(object)) session.out.write(`${row(event, session).join('  ')}\n`);
    }
  }
}

export const events: Command = {
  name: 'events',
  summary: 'Show what has happened to a platform and its parts, oldest first.',
  description:
    'Events of the resource itself and of every object and Pod it is made of. Kubernetes keeps events for an hour.',
  positional: PLATFORM,
  options: {
    warnings: { type: 'boolean', text: 'Only warnings.' },
    watch: { type: 'boolean', short: 'w', text: 'Go on until Ctrl-C.' },
    ...OUTPUT_OPTION,
  },
  examples: [
    ['kubectl chatplatform events demo', 'The last hour'],
    ['kubectl chatplatform events demo --warnings --watch', 'What goes wrong, as it happens'],
  ],
  run: (session, args) => {
    if (args.flag('watch') && args.format !== 'table') {
      throw new UsageError(`--watch goes with no --output=${args.format}`);
    }
    return session.withCluster(args, async (cluster) => {
      const { signal } = session;
      const { namespace = '', name } = (await findPlatform(cluster, args.positional, signal)).metadata;
      const { resourceVersion } = await cluster.client.list(EVENTS, { namespace, limit: 1, signal });
      const select = wanted(args, name);
      const found = (await cluster.listAll(EVENTS, { namespace, signal }))
        .flatMap(select)
        .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
      const human = () =>
        found.length === 0
          ? `nothing has been heard of ${namespace}/${name} lately\n`
          : `${renderColumns([HEAD, ...found.map((event) => row(event, session))]).join('\n')}\n`;
      session.out.write(render(args.format, found, human));
      if (args.flag('watch')) {
        await untilInterrupted(signal, () =>
          follow(session, cluster, { namespace, resourceVersion }, select),
        );
      }
      return EXIT.ok;
    });
  },
};
