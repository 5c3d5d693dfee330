import type { WorkloadName } from '../api/index.ts';
import { refuse, warn } from './finding.ts';
import type { Check, CheckSubject, Finding } from './finding.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const workloads = ({ spec }: CheckSubject) =>
  Object.entries(spec.services) as [WorkloadName, CheckSubject['spec']['services'][WorkloadName]][];

/** An element without a name could not be told from those of the operator. */
export const overriddenContainersAreNamed: Check = (subject) =>
  workloads(subject).flatMap(([service, { podTemplate }]) =>
    ['containers', 'initContainers', 'volumes'].flatMap((list): Finding[] => {
      const elements = podTemplate.spec?.[list];
      if (elements === undefined || elements === null) return [];
      const named =
        Array.isArray(elements) && elements.every((one) => isFields(one) && typeof one['name'] === 'string');
      const field = `spec.services.${service}.podTemplate.spec.${list}`;
      return named
        ? []
        : [refuse(field, `must be a list whose elements have a name: that of the service, or a new one`)];
    }),
  );

/** Says where the service finds everything else it is told. */
const RESERVED = 'CONFIG_DIRS';

export const settingsStayWhereTheyAre: Check = (subject) =>
  workloads(subject).flatMap(([service, { env }]) =>
    env.some(({ name }) => name === RESERVED)
      ? [
          refuse(
            `spec.services.${service}.env`,
            `${RESERVED} tells the service where its settings are: leave it to the operator`,
          ),
        ]
      : [],
  );

const HOST_ACCESS = ['hostNetwork', 'hostPID', 'hostIPC', 'securityContext'];

/** Whether a Pod's override touches what keeps it within the restricted Pod security standard. */
function loosens(spec: Fields): boolean {
  const containers = [spec['containers'], spec['initContainers']].flatMap((list) =>
    Array.isArray(list) ? list.filter(isFields) : [],
  );
  return (
    HOST_ACCESS.some((name) => name in spec) || containers.some((container) => 'securityContext' in container)
  );
}

export const overridesStayRestricted: Check = (subject) =>
  workloads(subject).flatMap(([service, { podTemplate }]) =>
    podTemplate.spec !== undefined && loosens(podTemplate.spec)
      ? [
          warn(
            `spec.services.${service}.podTemplate.spec`,
            'changes the security settings: a namespace that enforces the restricted Pod security standard refuses Pods that leave it',
          ),
        ]
      : [],
  );
