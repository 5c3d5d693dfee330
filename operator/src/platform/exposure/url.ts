import type { Service } from 'kubernetes-types/core/v1.d.ts';
import type { EffectiveSpec } from '../../api/index.ts';
import { KINDS } from '../kinds.ts';
import { objectName } from '../labels.ts';
import type { Observed } from '../observed.ts';

export interface UrlInputs {
  readonly name: string;
  readonly spec: EffectiveSpec;
  /** An address of a node that people can reach. */
  readonly nodeAddress: string | undefined;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;
type Scheme = keyof typeof DEFAULT_PORTS;

const edgeService = ({ name }: { name: string }, observed: Observed) =>
  observed.get(KINDS.service, objectName({ name }, 'web')) as unknown as Service | undefined;

/** The port on the nodes: as asked for, or as the cluster chose it. */
function nodePort({ name, spec }: UrlInputs, observed: Observed): number | undefined {
  const asked = spec.exposure.nodePort;
  if (asked !== undefined) return asked;
  const ports = edgeService({ name }, observed)?.spec?.ports ?? [];
  return ports.find((port) => port.name === (spec.exposure.tls === undefined ? 'http' : 'https'))?.nodePort;
}

function loadBalancerAddress({ name }: UrlInputs, observed: Observed): string | undefined {
  const ingress = edgeService({ name }, observed)?.status?.loadBalancer?.ingress?.[0];
  return ingress?.hostname ?? ingress?.ip;
}

function format(scheme: Scheme, host: string, port: number | undefined): string {
  const bare = host.includes(':') ? `[${host}]` : host;
  return port === undefined || port === DEFAULT_PORTS[scheme]
    ? `${scheme}://${bare}`
    : `${scheme}://${bare}:${port}`;
}

function nodePortUrl(inputs: UrlInputs, observed: Observed, scheme: Scheme): string | undefined {
  const host = inputs.spec.hostname ?? inputs.nodeAddress;
  const port = nodePort(inputs, observed);
  return host === undefined || port === undefined ? undefined : format(scheme, host, port);
}

/** Where people reach the platform; undefined while an address or a port is awaited. */
export function publicUrl(inputs: UrlInputs, observed: Observed): string | undefined {
  const { exposure, hostname } = inputs.spec;
  if (exposure.url !== undefined) return exposure.url.replace(/\/+$/, '');
  const scheme = exposure.tls === undefined ? 'http' : 'https';
  const at = (host: string | undefined, by: Scheme) =>
    host === undefined ? undefined : format(by, host, undefined);
  switch (exposure.type) {
    case 'NodePort':
      return nodePortUrl(inputs, observed, scheme);
    case 'LoadBalancer':
      return at(hostname ?? loadBalancerAddress(inputs, observed), scheme);
    case 'Ingress':
      return at(hostname, scheme);
    case 'Gateway':
      // TLS is the listener's matter and nearly always there; exposure.url says so where it is not.
      return at(hostname, 'https');
  }
}
