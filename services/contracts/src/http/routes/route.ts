import type { z } from 'zod';

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Who may call: anybody, a signed-in user, a user with the role `admin`, or whoever holds a signed address. */
export type RouteAccess = 'public' | 'user' | 'admin' | 'signed-address';

export type RouteResponse = {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default `application/json` where there is a schema; without a schema a body of this type is bytes. */
  readonly contentType?: string;
};

/** One operation of the public API. `path` is OpenAPI's: `/api/v1/users/{id}`. */
export type Route = {
  readonly service: 'auth' | 'user' | 'chat' | 'gateway' | 'media' | 'notification' | 'analytics';
  readonly operationId: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: RouteAccess;
  readonly parameters?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType } | { readonly contentTypes: readonly string[] };
  readonly responses: Readonly<Record<number, RouteResponse>>;
  /** status -> problem codes of this operation's own; those every operation of its kind shares are added by `problemsOf`. */
  readonly problems?: Readonly<Record<number, readonly string[]>>;
};

/** The statuses and codes of problem details a caller of this operation has to expect. */
export const problemsOf = (route: Route): Record<number, string[]> => {
  const merged = new Map<number, string[]>();
  const add = (status: number, ...codes: readonly string[]): void => {
    merged.set(status, [...(merged.get(status) ?? []), ...codes]);
  };
  if (route.parameters ?? route.query ?? route.body) add(400, 'request.invalid');
  if (route.access === 'user' || route.access === 'admin')
    add(401, 'token.missing', 'token.invalid', 'token.expired', 'session.ended');
  if (route.access === 'admin') add(403, 'role.required');
  for (const [status, codes] of Object.entries(route.problems ?? {})) add(Number(status), ...codes);
  add(500, 'internal');
  add(503, 'dependency.unavailable');
  return Object.fromEntries([...merged].sort(([a], [b]) => a - b));
};
