import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { ApiError } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { UsageError } from '../cli-error.ts';
import type { Command } from '../command-line/command.ts';
import { OUTPUT_OPTION, PLATFORM } from '../command-line/options.ts';
import type { Arguments } from '../command-line/parse.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findPlatform, listPlatforms } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import { render } from '../output/print.ts';
import { untilInterrupted } from '../session.ts';
import type { Session } from '../session.ts';
import { renderStatus, renderStatusTable } from '../status/render.ts';
import { platformReport, podSelector } from '../status/report.ts';
import type { PlatformReport } from '../status/report.ts';

async function podsOf(cluster: Cluster, platform: KubeObject, signal: AbortSignal): Promise<KubeObject[]> {
  const { namespace = '', name } = platform.metadata;
  const { resource, labelSelector } = podSelector(name);
  try {
    return await cluster.listAll(resource, { namespace, labelSelector, signal });
  } catch (error) {
    // Who may look at platforms but not at Pods still gets to see what the operator says of them.
    if (error instanceof ApiError && error.status === 403) return [];
    throw error;
  }
}

async function reportOf(cluster: Cluster, args: Arguments, signal: AbortSignal): Promise<PlatformReport> {
  const platform = await findPlatform(cluster, args.positional, signal);
  return platformReport(platform, await podsOf(cluster, platform, signal));
}

function printOne(session: Session, args: Arguments, report: PlatformReport): void {
  const options = { style: session.style, now: session.now() };
  session.out.write(render(args.format, report, () => renderStatus(report, options)));
}

async function printAll(session: Session, args: Arguments, cluster: Cluster): Promise<void> {
  const platforms = await listPlatforms(cluster, '', session.signal);
  const reports = platforms.map((platform) => platformReport(platform, []));
  const options = { style: session.style, now: session.now() };
  session.out.write(render(args.format, reports, () => renderStatusTable(reports, options)));
}

/** How long the server keeps one watch open; the next one follows. */
const WATCH_SECONDS = 300;

/** Prints the report again whenever the platform changes, until interrupted. */
async function follow(session: Session, args: Arguments, cluster: Cluster): Promise<void> {
  const { signal } = session;
  const first = await findPlatform(cluster, args.positional, signal);
  const { namespace = '', name } = first.metadata;
  const scope = { namespace, fieldSelector: `metadata.name=${name}`, signal };
  let shown = '';
  while (!signal.aborted) {
    const { items, resourceVersion } = await cluster.client.list(CHAT_PLATFORM, scope);
    for (const platform of items) shown = await show(session, args, { cluster, platform, shown });
    const watch = cluster.client.watch(CHAT_PLATFORM, {
      ...scope,
      resourceVersion,
      timeoutSeconds: WATCH_SECONDS,
    });
    for await (const { type, object } of watch) {
      if (type === 'ERROR') break;
      if (type === 'DELETED') {
        session.err.write(`${namespace}/${name} is gone\n`);
        return;
      }
      if (type !== 'BOOKMARK') shown = await show(session, args, { cluster, platform: object, shown });
    }
  }
}

interface Shown {
  readonly cluster: Cluster;
  readonly platform: KubeObject;
  readonly shown: string;
}

/** Answers what is shown now, so that a change that is not seen is not printed again. */
async function show(session: Session, args: Arguments, { cluster, platform, shown }: Shown): Promise<string> {
  const report = platformReport(platform, await podsOf(cluster, platform, session.signal));
  const text = JSON.stringify(report);
  if (text === shown) return shown;
  const clears = session.out.isTTY === true && args.format === 'table';
  if (clears) session.out.write('\u001b[2J\u001b[H');
  else if (shown !== '' && args.format !== 'json') session.out.write(args.format === 'yaml' ? '---\n' : '\n');
  printOne(session, args, report);
  return text;
}

export const status: Command = {
  name: 'status',
  summary: 'Show how a platform is: its conditions, and every component with its reason.',
  description:
    'Components stand in the order in which a platform comes up, stage by stage. What is wrong with a Pod is shown\n' +
    'below its component. With --watch the tree is shown again whenever it changes, until Ctrl-C.',
  positional: PLATFORM,
  options: {
    'all-namespaces': { type: 'boolean', short: 'A', text: 'A line for each platform of the cluster.' },
    watch: { type: 'boolean', short: 'w', text: 'Show it again whenever it changes.' },
    ...OUTPUT_OPTION,
  },
  examples: [
    ['kubectl chatplatform status', 'The only platform of the current namespace'],
    ['kubectl chatplatform status demo -n chat --watch', 'Follow a rollout'],
    ['kubectl chatplatform status -A', 'All platforms of the cluster'],
    ["kubectl chatplatform status demo -o json | jq '.conditions'", 'For a program'],
  ],
  run: (session, args) =>
    session.withCluster(args, async (cluster) => {
      if (args.flag('all-namespaces')) {
        if (args.flag('watch') || args.positional !== undefined) {
          throw new UsageError('--all-namespaces goes with neither a name nor --watch');
        }
        await printAll(session, args, cluster);
      } else if (args.flag('watch')) {
        await untilInterrupted(session.signal, () => follow(session, args, cluster));
      } else printOne(session, args, await reportOf(cluster, args, session.signal));
      return EXIT.ok;
    }),
};
