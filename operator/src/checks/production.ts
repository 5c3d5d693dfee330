import type { StoreName } from '../api/index.ts';
import { warn } from './finding.ts';
import type { Check, CheckSubject, Finding } from './finding.ts';
import { storeNames } from './resources.ts';

const forPeople = ({ spec }: CheckSubject) => spec.profile !== 'Development';

const managedStores = (subject: CheckSubject): StoreName[] =>
  storeNames(subject).filter((store) => subject.spec.stores[store].managed !== undefined);

export const highAvailabilityNeedsClusters: Check = (subject) => {
  const single = managedStores(subject);
  if (subject.spec.profile !== 'HighlyAvailable' || single.length === 0) return [];
  return [
    warn(
      'spec.stores',
      `${single.join(', ')} would be one Pod each, and the platform stands still while it restarts: hand them to clusters by stores.<name>.external`,
    ),
  ];
};

export const dataOutlivesThePlatform: Check = (subject) =>
  forPeople(subject) && subject.spec.storage.policy === 'Delete'
    ? [warn('spec.storage.policy', 'deleting the platform deletes all its data: Retain keeps the volumes')]
    : [];

export const edgeHasTls: Check = (subject) => {
  const { type, tls } = subject.spec.exposure;
  if (!forPeople(subject) || type === 'Gateway' || tls !== undefined) return [];
  return [
    warn(
      'spec.exposure.tls',
      'passwords and messages cross the network in the clear: set tls.secretRef or tls.issuerRef, unless a proxy before the platform ends TLS',
    ),
  ];
};

export const storesAreReachedByTls: Check = (subject) =>
  forPeople(subject)
    ? storeNames(subject).flatMap((store): Finding[] => {
        const { external } = subject.spec.stores[store];
        return external !== undefined && 'tls' in external && external.tls === false
          ? [
              warn(
                `spec.stores.${store}.external.tls`,
                'credentials cross the network in the clear: leave it at true',
              ),
            ]
          : [];
      })
    : [];

export const networkIsFenced: Check = (subject) =>
  forPeople(subject) && !subject.spec.networkPolicies.enabled
    ? [
        warn(
          'spec.networkPolicies.enabled',
          'every Pod of the cluster can reach the stores: leave it at true',
        ),
      ]
    : [];

export const everythingRuns: Check = ({ spec }) =>
  Object.entries(spec.services).flatMap(([name, { replicas }]): Finding[] =>
    replicas === 0
      ? [warn(`spec.services.${name}.replicas`, 'none of it runs: what it does for people is missing')]
      : [],
  );

const MUCH_SAMPLING = 0.5;

export const tracingIsSampled: Check = (subject) => {
  const { endpoint, sampling } = subject.spec.observability.tracing;
  if (!forPeople(subject) || endpoint === undefined || sampling <= MUCH_SAMPLING) return [];
  return [
    warn(
      'spec.observability.tracing.sampling',
      `keeps ${sampling * 100} % of the traces, which costs every request: 0.1 is plenty`,
    ),
  ];
};
