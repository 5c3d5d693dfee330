import { describe, expect, test } from '@jest/globals';
import { platformOf } from '../../../test/platform-of.ts';
import type { ChatPlatformSpec } from '../../api/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { observedFrom } from '../observed.ts';
import { exposure } from './exposure.ts';
import { publicUrl } from './url.ts';

const nothing = observedFrom([]);
const objects = (spec: ChatPlatformSpec) => exposure.desired(platformOf(spec), nothing);
const only = (spec: ChatPlatformSpec, kind: string) => objects(spec).find((object) => object.kind === kind);

const edge = (fields: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'demo-web' },
  ...fields,
});

const url = (spec: ChatPlatformSpec, service?: KubeObject, nodeAddress: string | undefined = '192.0.2.10') =>
  publicUrl(
    { name: 'demo', spec: platformOf(spec).spec, nodeAddress },
    observedFrom(service === undefined ? [] : [service]),
  );

const hostname = 'chat.example.org';

describe('the address of a platform', () => {
  const chosen = edge({ spec: { ports: [{ name: 'http', nodePort: 31234 }] } });
  const balanced = edge({ status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } } });
  const tls = { secretRef: { name: 'cert' } };

  test.each<[string, string | undefined, string | undefined]>([
    [
      'a node port that was asked for',
      url({ exposure: { type: 'NodePort', nodePort: 30080 } }),
      'http://192.0.2.10:30080',
    ],
    ['a node port that the cluster chose', url({}, chosen), 'http://192.0.2.10:31234'],
    ['a node port by name', url({ hostname }, chosen), `http://${hostname}:31234`],
    ['a node port not yet chosen', url({}), undefined],
    ['a load balancer', url({ exposure: { type: 'LoadBalancer' } }, balanced), 'http://203.0.113.9'],
    [
      'a load balancer with a name and TLS',
      url({ hostname, exposure: { type: 'LoadBalancer', tls } }),
      `https://${hostname}`,
    ],
    ['a load balancer without an address', url({ exposure: { type: 'LoadBalancer' } }), undefined],
    ['an Ingress', url({ hostname, exposure: { type: 'Ingress' } }), `http://${hostname}`],
    [
      'a Gateway',
      url({ hostname, exposure: { type: 'Gateway', gateway: { name: 'g' } } }),
      `https://${hostname}`,
    ],
    ['what the user says', url({ exposure: { url: 'https://x.example.org/' } }), 'https://x.example.org'],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected);
  });

  test('no node is known', () => {
    const { spec } = platformOf({ exposure: { type: 'NodePort', nodePort: 30080 } });
    expect(publicUrl({ name: 'demo', spec, nodeAddress: undefined }, nothing)).toBeUndefined();
  });
});

describe('exposure', () => {
  test('by Ingress: the Service stays inside, cert-manager is asked by annotation', () => {
    const spec: ChatPlatformSpec = {
      hostname,
      exposure: {
        type: 'Ingress',
        ingress: { className: 'haproxy', annotations: { 'example.org/a': 'b' } },
        tls: { issuerRef: { name: 'letsencrypt', kind: 'ClusterIssuer' } },
      },
    };
    expect(only(spec, 'Service')).toMatchObject({ spec: { type: 'ClusterIP' } });
    expect(only(spec, 'Certificate')).toBeUndefined();
    expect(only(spec, 'Ingress')).toMatchObject({
      metadata: { annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt', 'example.org/a': 'b' } },
      spec: {
        ingressClassName: 'haproxy',
        tls: [{ hosts: [hostname], secretName: 'demo-tls' }],
        rules: [{ host: hostname }],
      },
    });
  });

  test('by node port with an issuer: TLS ends at the edge, with a Certificate of its own', () => {
    const spec: ChatPlatformSpec = {
      hostname,
      exposure: { type: 'NodePort', nodePort: 30443, tls: { issuerRef: { name: 'ca' } } },
    };
    expect(only(spec, 'Certificate')).toMatchObject({
      spec: { secretName: 'demo-tls', dnsNames: [hostname], issuerRef: { kind: 'Issuer', name: 'ca' } },
    });
    const { ports } = only(spec, 'Service')?.['spec'] as { ports: { name: string; nodePort?: number }[] };
    expect(ports.map(({ name, nodePort }) => [name, nodePort])).toEqual([
      ['http', undefined],
      ['https', 30443],
    ]);
  });

  test('by load balancer: annotations and source ranges', () => {
    const loadBalancer = { annotations: { a: 'b' }, sourceRanges: ['203.0.113.0/24'] };
    expect(only({ exposure: { type: 'LoadBalancer', loadBalancer } }, 'Service')).toMatchObject({
      metadata: { annotations: { a: 'b' } },
      spec: { type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] },
    });
  });

  describe('by Gateway', () => {
    const spec: ChatPlatformSpec = {
      hostname,
      exposure: { type: 'Gateway', gateway: { name: 'public', namespace: 'gateways' } },
    };
    const route = (...conditions: object[]): KubeObject => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'demo-web' },
      status: { parents: [{ conditions }] },
    });
    const health = (...found: KubeObject[]) => exposure.health(platformOf(spec), observedFrom(found));

    test('attaches to it', () => {
      expect(only(spec, 'HTTPRoute')).toMatchObject({
        spec: { hostnames: [hostname], parentRefs: [{ name: 'public', namespace: 'gateways' }] },
      });
    });

    test('waits until it is accepted, and says when it is refused', () => {
      expect(health().reason).toBe('RouteAwaited');
      expect(health(route({ type: 'Accepted', status: 'True' })).state).toBe('Ready');
      const refused = health(route({ type: 'Accepted', status: 'False', message: 'no such listener' }));
      expect(refused).toMatchObject({
        state: 'Degraded',
        message: expect.stringContaining('no such listener'),
      });
    });
  });
});
