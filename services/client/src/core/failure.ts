import type { Problem } from '@chatplatform/contracts/problem';

/**
 * What became of a request that did not succeed.
 *
 * `lost`: no answer, so it is not known whether it was done. `later`: refused for now. `session`: the token is not
 * accepted (any more). `refused`: trying again would be refused again.
 */
export type Failure =
  | { readonly kind: 'lost' }
  | { readonly kind: 'later'; readonly problem: Problem; readonly retryAfterMs: number }
  | { readonly kind: 'session'; readonly problem: Problem }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Statuses that tell of a moment and not of the request: RFC 9110 and RFC 6585 for 429. */
const FOR_NOW = new Set([408, 425, 429]);

export function failureOf(problem: Problem): Failure {
  if (problem.status === 401) return { kind: 'session', problem };
  if (problem.status >= 500 || FOR_NOW.has(problem.status))
    return { kind: 'later', problem, retryAfterMs: (problem.retryAfterSeconds ?? 0) * 1000 };
  return { kind: 'refused', problem };
}

/** What a person should read of a failure: the field messages first, else the detail. */
export function describeFailure(failure: Failure): string {
  if (failure.kind === 'lost') return 'The server did not answer. Try again in a moment.';
  const { errors = [], detail, title } = failure.problem;
  const fields = errors.map((error) => `${error.field}: ${error.message}`).join('; ');
  return fields || detail || title;
}

/** A request that failed, as an error; `message` is for people. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(describeFailure(failure), options);
    this.failure = failure;
  }
}

/** Anything that was thrown: what is no `RequestFailed` counts as an answer that did not come. */
export function failureFrom(thrown: unknown): Failure {
  return thrown instanceof RequestFailed ? thrown.failure : { kind: 'lost' };
}

export function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'title' in body && 'status' in body && 'code' in body;
}
