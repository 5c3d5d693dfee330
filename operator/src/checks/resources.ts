import type { Resources, StoreName } from '../api/index.ts';
import { quantityValue } from '../platform/quantities.ts';
import { refuse } from './finding.ts';
import type { Check, CheckSubject, Finding } from './finding.ts';

/** SQL Server does not start with less. */
const SQL_SERVER_MEMORY = '2Gi';

interface Sized {
  readonly field: string;
  readonly resources: Resources;
}

function sized({ spec }: CheckSubject): Sized[] {
  const services = Object.entries(spec.services).map(([name, { resources }]) => ({
    field: `spec.services.${name}.resources`,
    resources,
  }));
  const stores = Object.entries(spec.stores).flatMap(([name, { managed }]) =>
    managed === undefined
      ? []
      : [{ field: `spec.stores.${name}.managed.resources`, resources: managed.resources }],
  );
  return [...services, ...stores];
}

/** The API server would refuse the Pods, not the Deployment that makes them: nobody would hear of it for minutes. */
export const limitsCoverRequests: Check = (subject) =>
  sized(subject).flatMap(({ field, resources: { requests, limits } }) =>
    (['cpu', 'memory'] as const).flatMap((name): Finding[] => {
      const [request, limit] = [requests[name], limits[name]];
      if (limit === undefined || quantityValue(limit) >= quantityValue(request)) return [];
      return [
        refuse(
          `${field}.limits.${name}`,
          `${limit} is less than the request, ${request} (by profile ${subject.spec.profile} unless you set it): raise the limit or lower requests.${name}`,
        ),
      ];
    }),
  );

export const sqlServerHasMemory: Check = ({ spec: { stores } }) => {
  const limit = stores.sql.engine === 'SQLServer' ? stores.sql.managed?.resources.limits.memory : undefined;
  if (limit === undefined || quantityValue(limit) >= quantityValue(SQL_SERVER_MEMORY)) return [];
  return [
    refuse(
      'spec.stores.sql.managed.resources.limits.memory',
      `SQL Server does not start with less than ${SQL_SERVER_MEMORY}: raise it, or set stores.sql.engine to PostgreSQL`,
    ),
  ];
};

export const storeNames = ({ spec }: CheckSubject): StoreName[] => Object.keys(spec.stores) as StoreName[];
