import { describe, expect, test } from '@jest/globals';
import type { ChatPlatformSpec } from '@chatplatform/operator/api/index';
import { OUTSIDE, networkEdges } from '@chatplatform/operator/platform/network/edges';
import { platformOf } from '../../operator/test/platform-of.ts';
import { getJson, kubectl } from './support/kubectl.ts';
import { platform } from './support/platform.ts';
import { target } from './support/target.ts';

/**
 * The table that the policies are made of, held against the Pods: who may talk to whom can, and nobody else where the network
 * of the cluster enforces policies. The embedded node's does not.
 */
const ENFORCING = /calico|cilium|antrea|weave|kube-router|kindnet|azure-npm|ovn/i;
const isEnforced = ENFORCING.test(await kubectl('get', 'daemonsets', '--all-namespaces', '-o', 'name'));
/** Those whose Pods have Node to ask with. */
const ASKING = ['auth', 'user', 'chat', 'media', 'analytics', 'gateway', 'notification'];

interface Pod {
  metadata: { name: string; labels: Record<string, string> };
  status: { podIP: string; phase: string };
}
interface Address {
  readonly to: string;
  readonly port: number;
}
const nameOf = ({ to, port }: Address) => `${to}:${port}`;

const ATTEMPT = `
const { connect } = require('node:net');
const attempt = ([name, host, port]) => new Promise((resolve) => {
  const socket = connect({ host, port: Number(port) });
  const end = (open) => { socket.destroy(); resolve(open ? [name] : []); };
  socket.setTimeout(3000, () => end(false)).on('connect', () => end(true)).on('error', () => end(false));
});
Promise.all(JSON.parse(process.argv[1]).map(attempt)).then((open) => console.log(JSON.stringify(open.flat())));
`;

/** What each service may reach, and what it does reach, of all that anybody of the platform listens on. */
async function reachability() {
  const { items } = await getJson<{ items: Pod[] }>(
    ...['pods', '-n', target.namespace, '-l', `app.kubernetes.io/instance=${target.name}`],
  );
  const running = items.filter(({ status }) => status.phase === 'Running');
  const podOf = (component: string) =>
    running.find(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component);
  const edges = networkEdges(platformOf((await platform()).spec as ChatPlatformSpec)).flatMap(
    ({ from, to, port }) => (to === OUTSIDE || port === undefined ? [] : [{ from, to, port }]),
  );
  const listening = new Map(
    edges.flatMap((edge) => {
      const pod = podOf(edge.to);
      // TLS at the edge is not switched on here.
      return pod === undefined || edge.port === 8443 ? [] : [[nameOf(edge), [pod.status.podIP, edge.port]]];
    }),
  );
  const asked = JSON.stringify([...listening].map(([name, [host, port]]) => [name, host, port]));
  return Promise.all(
    ASKING.map(async (from) => {
      const pod = podOf(from)?.metadata.name ?? '';
      const out = await kubectl('exec', pod, '-n', target.namespace, '--', 'node', '-e', ATTEMPT, asked);
      const allowed = edges.filter((edge) => edge.from === from && listening.has(nameOf(edge))).map(nameOf);
      return { from, allowed: [...new Set(allowed)].sort(), open: (JSON.parse(out) as string[]).sort() };
    }),
  );
}

describe('who may talk to whom', () => {
  test('can', async () => {
    const found = await reachability();
    for (const { from, allowed, open } of found) {
      expect(allowed.length).toBeGreaterThan(1);
      expect([from, ...open]).toEqual(expect.arrayContaining(allowed));
    }
  });

  (isEnforced ? test : test.skip)(
    'and nobody else can (needs a network that enforces policies)',
    async () => {
      for (const { from, allowed, open } of await reachability())
        // A Pod is not kept from itself.
        expect([from, open.filter((name) => !name.startsWith(`${from}:`))]).toEqual([
          from,
          allowed.filter((name) => !name.startsWith(`${from}:`)),
        ]);
    },
  );
});
