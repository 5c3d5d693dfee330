import { refuse } from './finding.ts';
import type { Check, Finding, OtherPlatform } from './finding.ts';

const nameOf = ({ namespace, name }: OtherPlatform) => `${namespace}/${name}`;

/** Neither type is ever a default: whoever has it has written it. */
const routesByName = ({ exposure }: Pick<OtherPlatform, 'exposure'>) =>
  exposure?.type === 'Ingress' || exposure?.type === 'Gateway';

/** Two routes for one name: whose requests go where would be the ingress controller's guess. */
export const hostnameIsFree: Check = ({ spec, elders }) => {
  if (!routesByName(spec)) return [];
  const holder = elders().find((other) => routesByName(other) && other.hostname === spec.hostname);
  if (holder === undefined) return [];
  return [
    refuse(
      'spec.hostname',
      `${spec.hostname ?? ''} is the hostname of platform ${nameOf(holder)}: choose another`,
    ),
  ];
};

export const nodePortIsFree: Check = ({ spec: { exposure }, elders }): Finding[] => {
  const { nodePort } = exposure;
  const holder =
    nodePort === undefined ? undefined : elders().find((other) => other.exposure?.nodePort === nodePort);
  if (holder === undefined) return [];
  return [
    refuse(
      'spec.exposure.nodePort',
      `${nodePort} is the port of platform ${nameOf(holder)}: choose another, or none`,
    ),
  ];
};
