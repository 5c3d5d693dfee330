import { describe, expect, test } from '@jest/globals';
import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1.d.ts';
import { examplePlatform, exampleNames, platformOf } from '../../../test/platform-of.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { objectLabels } from '../labels.ts';
import type { Platform } from '../model.ts';
import { observedFrom } from '../observed.ts';
import { COMPONENTS } from '../rollout.ts';
import { OUTSIDE, networkEdges } from './edges.ts';
import type { NetworkEdge } from './edges.ts';
import { networkPolicies } from './policies.ts';

const nothing = observedFrom([]);
const policiesOf = (platform: Platform) =>
  networkPolicies.desired(platform, nothing) as unknown as readonly NetworkPolicy[];

type Labels = Readonly<Record<string, string>>;
interface Rule {
  readonly peers: readonly NetworkPolicyPeer[] | undefined;
  readonly ports: readonly NetworkPolicyPort[] | undefined;
}

const matches = (selector: { matchLabels?: Record<string, string> } | undefined, labels: Labels) =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);

/** As the specification of NetworkPolicy has it, for Pods of one namespace; an outsider has no labels. */
const admits = ({ peers, ports }: Rule, peer: Labels | undefined, port: number) =>
  (ports === undefined || ports.some((entry) => entry.port === port && entry.protocol === 'TCP')) &&
  (peers === undefined ||
    (peer !== undefined &&
      peers.some((p) => p.namespaceSelector === undefined && matches(p.podSelector, peer))));

function isAllowed(
  policies: readonly NetworkPolicy[],
  direction: 'Ingress' | 'Egress',
  [own, peer]: readonly [Labels, Labels | undefined],
  port: number,
): boolean {
  const selecting = policies.filter(({ spec }) => matches(spec?.podSelector, own));
  if (selecting.length === 0) return true;
  return selecting.some(({ spec }) => {
    const rules: Rule[] =
      direction === 'Ingress'
        ? (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
        : (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
    return rules.some((rule) => admits(rule, peer, port));
  });
}

const podLabels = (platform: Platform): ReadonlyMap<string, Labels> => {
  const templates = COMPONENTS.flatMap((component) => component.desired(platform, nothing)).flatMap(
    (object: KubeObject) =>
      (object['spec'] as { template?: { metadata: { labels: Labels } } } | undefined)?.template ?? [],
  );
  return new Map(
    templates.map(({ metadata }) => [metadata.labels['app.kubernetes.io/component'] ?? '', metadata.labels]),
  );
};

describe.each(exampleNames())('the policies of %s', (file) => {
  const platform = examplePlatform(file);
  const policies = policiesOf(platform);
  const pods = podLabels(platform);
  const edges = networkEdges(platform);

  test('allow the edges of the architecture on both ends, and nothing else among the Pods', () => {
    const ports = new Set(edges.flatMap(({ port }) => port ?? []));
    for (const [from, fromLabels] of pods) {
      for (const [to, toLabels] of pods) {
        for (const port of ports) {
          // "Outside" is everyone: an arrow that begins or ends there covers every Pod at that end.
          const carries = (edge: NetworkEdge) => edge.port === undefined || edge.port === port;
          const goesOut = edges.some((e) => carries(e) && e.from === from && [to, OUTSIDE].includes(e.to));
          const comesIn = edges.some((e) => carries(e) && e.to === to && [from, OUTSIDE].includes(e.from));
          const out = isAllowed(policies, 'Egress', [fromLabels, toLabels], port);
          const into = isAllowed(policies, 'Ingress', [toLabels, fromLabels], port);
          expect([from, to, port, out && into]).toEqual([from, to, port, goesOut && comesIn]);
        }
      }
    }
  });

  test('let the world in at the edge only', () => {
    const open = [...pods].filter(([, labels]) => isAllowed(policies, 'Ingress', [labels, undefined], 8080));
    expect(open.map(([component]) => component)).toEqual(['web']);
  });

  test('let stores connect to nobody', () => {
    for (const store of ['redis', 'mongodb', 'postgresql', 'rabbitmq', 'influxdb']) {
      const labels = pods.get(store);
      if (labels !== undefined) expect(isAllowed(policies, 'Egress', [labels, undefined], 443)).toBe(false);
    }
  });

  test('select every Pod', () => {
    for (const [component, labels] of pods) {
      expect([component, isAllowed(policies, 'Ingress', [labels, undefined], 1)]).toEqual([component, false]);
    }
  });
});

describe('the table of edges', () => {
  test('names only components that have Pods', () => {
    for (const file of exampleNames()) {
      const platform = examplePlatform(file);
      const pods = podLabels(platform);
      const named = networkEdges(platform).flatMap(({ from, to }) => [from, to]);
      expect(named.filter((name) => name !== OUTSIDE && !pods.has(name))).toEqual([]);
    }
  });

  test('opens the way to a store for those who set its logins, while these are rotated', () => {
    const spec = { profile: 'Development', stores: { sql: { engine: 'PostgreSQL' } } } as const;
    const rotating = platformOf(spec, { rotating: new Set(['jwt', 'rabbitmq']) });
    const setting = objectLabels(rotating, 'store-logins');
    const reaches = (platform: Platform, to: string, port: number) => {
      const ends: [Labels, Labels] = [setting, objectLabels(platform, to)];
      const [from, target] = ends;
      const policies = policiesOf(platform);
      return (
        isAllowed(policies, 'Egress', [from, target], port) &&
        isAllowed(policies, 'Ingress', [target, from], port)
      );
    };
    expect(reaches(rotating, 'rabbitmq', 15672)).toBe(true);
    expect(reaches(rotating, 'redis', 6379)).toBe(false);
    expect(reaches(platformOf(spec), 'rabbitmq', 15672)).toBe(false);
  });

  test('a platform among others does not reach into them', () => {
    const policies = policiesOf(platformOf({}));
    const other = objectLabels({ name: 'other' }, 'redis');
    const chat = objectLabels({ name: 'demo' }, 'chat');
    expect(isAllowed(policies, 'Egress', [chat, other], 6379)).toBe(false);
  });
});

test('policies can be switched off', () => {
  expect(policiesOf(platformOf({ networkPolicies: { enabled: false } }))).toEqual([]);
});
