import { z } from 'zod';
import type { Command } from '../command-line/command.ts';
import { OUTPUT_OPTION } from '../command-line/options.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findOperators, operatorFor } from '../cluster/operators.ts';
import type { InstalledOperator } from '../cluster/operators.ts';
import { listPlatforms, statusOf } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import { render } from '../output/print.ts';
import { renderColumns } from '../output/table.ts';
import type { Style } from '../output/style.ts';
import { clientVersion } from '../version.ts';

interface VersionReport {
  readonly client: string;
  readonly kubernetes?: string;
  readonly operators?: readonly Pick<
    InstalledOperator,
    'namespace' | 'name' | 'version' | 'image' | 'ready'
  >[];
  readonly platforms?: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly current?: string | undefined;
    readonly target?: string | undefined;
  }[];
  /** What does not fit together, in words. */
  readonly skew: readonly string[];
}

const kubernetesSchema = z.object({ gitVersion: z.string() });

async function kubernetesVersion({ transport }: Cluster, signal: AbortSignal): Promise<string> {
  const { body } = await transport.send({
    method: 'GET',
    path: '/version',
    verb: 'get',
    resource: 'version',
    idempotent: true,
    signal,
  });
  return kubernetesSchema.parse(body).gitVersion;
}

type PlatformVersions = NonNullable<VersionReport['platforms']>[number];

/** Differences a person should know of. */
export function skewOf(
  client: string,
  operators: readonly InstalledOperator[],
  platforms: readonly PlatformVersions[],
): string[] {
  const foreign = operators
    .filter(({ version }) => version !== undefined && version !== client)
    .map(
      ({ namespace, name, version }) =>
        `operator ${namespace}/${name} is ${version ?? ''}, this client ${client}: plan with the client of ${version ?? ''}`,
    );
  const moving = platforms.flatMap(({ namespace, name, current, target }) => {
    if (current === target || target === undefined) return [];
    return `platform ${namespace}/${name} is on its way from ${current ?? 'nothing'} to ${target}`;
  });
  const unattended = platforms
    .filter(({ namespace }) => operatorFor(operators, namespace) === undefined)
    .map(({ namespace, name }) => `no operator looks after platform ${namespace}/${name}`);
  return [...foreign, ...moving, ...unattended];
}

async function gather(cluster: Cluster, client: string, signal: AbortSignal): Promise<VersionReport> {
  const kubernetes = await kubernetesVersion(cluster, signal);
  const operators = await findOperators(cluster, signal);
  const found = await listPlatforms(cluster, '', signal);
  const platforms = found.map((platform) => ({
    namespace: platform.metadata.namespace ?? '',
    name: platform.metadata.name,
    ...statusOf(platform).version,
  }));
  return {
    client,
    kubernetes,
    ...(operators && {
      operators: operators.map(({ namespace, name, version, image, ready }) => ({
        namespace,
        name,
        version,
        image,
        ready,
      })),
    }),
    platforms,
    skew: operators === undefined ? [] : skewOf(client, operators, platforms),
  };
}

function human(report: VersionReport, style: Style): string {
  const rows = [
    ['client', report.client],
    ...(report.kubernetes === undefined ? [] : [['kubernetes', report.kubernetes]]),
    ...(report.operators ?? []).map(({ namespace, name, version = 'unknown', ready }) => [
      `operator ${namespace}/${name}`,
      `${version}  (${ready} Pods serve)`,
    ]),
    ...(report.platforms ?? []).map(({ namespace, name, current = 'none yet', target }) => [
      `platform ${namespace}/${name}`,
      target === undefined || current === target ? current : `${current} → ${target}`,
    ]),
  ];
  const notes = report.skew.map((text) => `${style('busy', 'note:')} ${text}`);
  return `${[...renderColumns(rows), ...notes].join('\n')}\n`;
}

export const version: Command = {
  name: 'version',
  summary: 'Show the versions of client, operator and platforms, and what does not fit together.',
  description: 'A client plans exactly what an operator of its own version would do.',
  options: {
    client: { type: 'boolean', text: 'Only the version of this program; asks no cluster.' },
    ...OUTPUT_OPTION,
  },
  examples: [['kubectl chatplatform version', 'Everything of the cluster']],
  run: async (session, args) => {
    const client = await clientVersion();
    const report: VersionReport = args.flag('client')
      ? { client, skew: [] }
      : await session.withCluster(args, (cluster) => gather(cluster, client, session.signal));
    session.out.write(render(args.format, report, () => human(report, session.style)));
    return EXIT.ok;
  },
};
