import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { LABEL, objectName } from '@chatplatform/operator/platform/labels';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { CliError, UsageError } from '../cli-error.ts';
import type { Command } from '../command-line/command.ts';
import { PLATFORM } from '../command-line/options.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findPlatform } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import { renderColumns } from '../output/table.ts';
import type { Session } from '../session.ts';

interface Way {
  /** As it is asked for: `client`. */
  readonly name: string;
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Whether a browser is opened on it. */
  readonly opens: boolean;
}

const NAMES = ['client', 'grafana', 'jaeger', 'prometheus', 'mail'] as const;

/** What of a platform has pages to look at. Grafana is nobody's but the cluster's: it is found by its usual label. */
async function waysOf(cluster: Cluster, platform: KubeObject, signal: AbortSignal): Promise<Way[]> {
  const { namespace = '', name } = platform.metadata;
  const own = await cluster.listAll(KINDS.service, {
    namespace,
    labelSelector: `${LABEL.instance}=${name},${LABEL.name}=chatplatform`,
    signal,
  });
  const present = new Set(own.map(({ metadata }) => metadata.name));
  const way = (label: string, component: string, port: number, opens: boolean): Way[] => {
    const service = objectName({ name }, component);
    return present.has(service) ? [{ name: label, namespace, service, port, opens }] : [];
  };
  const grafana = await cluster
    .listAll(KINDS.service, { labelSelector: 'app.kubernetes.io/name=grafana', signal })
    // Who may not look into other namespaces does without.
    .catch(() => []);
  return [
    ...way('client', 'web', 80, true),
    ...grafana.slice(0, 1).map(({ metadata }) => ({
      name: 'grafana',
      namespace: metadata.namespace ?? '',
      service: metadata.name,
      port: 80,
      opens: true,
    })),
    ...way('jaeger', 'jaeger', 16686, true),
    ...way('prometheus', 'prometheus', 9090, false),
    ...way('mail', 'mail', 1080, false),
  ];
}

const FORWARDING = /^Forwarding from (127\.0\.0\.1:\d+) ->/;

/** Starts `kubectl port-forward`. Resolves with the local address. @throws CliError when it ends before */
function forward(cluster: Cluster, way: Way, children: Set<ChildProcess>): Promise<string> {
  const { namespace, service, port } = way;
  const child = spawn(
    'kubectl',
    [
      ...cluster.kubectlFlags,
      'port-forward',
      `--namespace=${namespace}`,
      '--address=127.0.0.1',
      `service/${service}`,
      `:${port}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  children.add(child);
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', (cause) => {
      children.delete(child);
      reject(
        new CliError(`kubectl cannot be run: ${cause.message}`, {
          cause,
          remedy: 'put kubectl on the PATH; for the local platform: eval "$(./chatplatform env)"',
        }),
      );
    });
    child.once('exit', () => {
      children.delete(child);
      reject(new CliError(`${way.name} cannot be reached: ${said.trim() || 'kubectl port-forward ended'}`));
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = FORWARDING.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
  });
}

/** Opens a browser where there is one; the address is printed anyway. */
function openBrowser(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(program, [url], { stdio: 'ignore', detached: true })
    .once('error', () => undefined)
    .unref();
}

async function forwardAll(session: Session, cluster: Cluster, ways: readonly Way[], opens: boolean) {
  const children = new Set<ChildProcess>();
  try {
    const addresses = await Promise.all(ways.map((way) => forward(cluster, way, children)));
    session.out.write(`${renderColumns(ways.map(({ name }, i) => [name, addresses[i] ?? ''])).join('\n')}\n`);
    session.err.write('Ctrl-C ends the connections\n');
    if (opens) ways.forEach((way, i) => way.opens && openBrowser(addresses[i] ?? ''));
    const ended = [...children].map(
      (child) => new Promise<void>((resolve) => child.once('exit', () => resolve())),
    );
    const interrupted = new Promise<void>((resolve) => {
      if (session.signal.aborted) resolve();
      session.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([interrupted, ...ended]);
    if (!session.signal.aborted) throw new CliError('a connection has ended: its Pod may be gone');
  } finally {
    for (const child of children) child.kill();
  }
}

export const connect: Command = {
  name: 'connect',
  summary: 'Reach the client, Grafana, Jaeger and others from this machine, and open them.',
  description:
    'Forwards a free local port to each of them (by kubectl port-forward), prints the addresses, and opens a browser on\n' +
    'client, Grafana and Jaeger. Jaeger, Prometheus and the mail sink come with profile Development.',
  positional: PLATFORM,
  options: {
    only: { type: 'string', value: 'NAMES', text: `Only these of ${NAMES.join(', ')}: client,jaeger.` },
    'no-browser': { type: 'boolean', text: 'Only print the addresses.' },
  },
  examples: [
    ['kubectl chatplatform connect demo', 'Everything there is'],
    ['kubectl chatplatform connect demo --only=jaeger --no-browser', 'One address'],
  ],
  run: (session, args) => {
    const only = args.text('only')?.split(',');
    const unknown = only?.find((name) => !NAMES.some((known) => known === name));
    if (unknown !== undefined) {
      throw new UsageError(`--only knows ${NAMES.join(', ')}, not ${JSON.stringify(unknown)}`);
    }
    return session.withCluster(args, async (cluster) => {
      const platform = await findPlatform(cluster, args.positional, session.signal);
      const ways = await waysOf(cluster, platform, session.signal);
      const wanted = ways.filter(({ name }) => only?.includes(name) ?? true);
      if (wanted.length === 0) {
        throw new CliError('there is nothing to connect to', {
          remedy: `there is: ${ways.map(({ name }) => name).join(', ') || 'nothing yet; see kubectl chatplatform status'}`,
        });
      }
      const opens = session.out.isTTY === true && !args.flag('no-browser');
      await forwardAll(session, cluster, wanted, opens);
      return EXIT.ok;
    });
  },
};
