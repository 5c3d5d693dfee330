import { isNativeError } from 'node:util/types';

/** What went wrong, in the words of the caller; the HTTP layer maps a kind to a status. */
export type ErrorKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not-found' | 'conflict' | 'rate-limited' | 'unavailable';

export type FieldError = { readonly field: string; readonly message: string };

export type DomainErrorDetails = {
  /** Stable and machine-readable, dotted: `session.expired`. */
  readonly code: string;
  readonly fields?: readonly FieldError[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
};

/** A failure the caller can act on. `message` is shown to the caller: nothing secret, nothing internal. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly fields: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: ErrorKind, message: string, details: DomainErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.code = details.code;
    this.fields = details.fields;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

export const invalid = (code: string, message: string, fields?: readonly FieldError[]): DomainError =>
  new DomainError('invalid', message, { code, fields });
export const unauthenticated = (code: string, message: string): DomainError =>
  new DomainError('unauthenticated', message, { code });
export const forbidden = (code: string, message: string): DomainError =>
  new DomainError('forbidden', message, { code });
export const notFound = (code: string, message: string): DomainError =>
  new DomainError('not-found', message, { code });
export const conflict = (code: string, message: string, fields?: readonly FieldError[]): DomainError =>
  new DomainError('conflict', message, { code, fields });
export const rateLimited = (code: string, message: string, retryAfterSeconds: number): DomainError =>
  new DomainError('rate-limited', message, { code, retryAfterSeconds });
/** A retry may succeed: a store, the broker or another service is away. */
export const unavailable = (
  code: string,
  message: string,
  options: { retryAfterSeconds?: number; cause?: unknown } = {},
): DomainError =>
  new DomainError('unavailable', message, {
    code,
    retryAfterSeconds: options.retryAfterSeconds ?? 1,
    cause: options.cause,
  });

/** Also of another realm (a worker's, a test runner's), where `instanceof Error` says no. */
export const isError = (thrown: unknown): thrown is Error => isNativeError(thrown);

/** The `code` of an error of Node.js or of a driver; empty when it has none. */
export const errorCode = (thrown: unknown): string =>
  isError(thrown) && 'code' in thrown ? String(thrown.code) : '';

/** Anything thrown, as an Error: JavaScript lets code throw what it likes. */
export const toError = (thrown: unknown): Error =>
  isError(thrown) ? thrown : new Error(String(thrown), { cause: thrown });

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // mssql
  'ESOCKET',
  'ETIMEOUT',
  'ECONNCLOSED',
]);
/** PostgreSQL: connection exceptions, operator intervention (shutdown, starting up), out of connections. */
const POSTGRES_AWAY = /^(08|57P|53300)/;
const MONGO_AWAY =
  /^Mongo(Network|ServerSelection|PoolCleared|NetworkTimeout|TopologyClosed|NotConnected)\w*Error$/;
/** Errors without a code that pg's pool and client throw when the server goes away. */
const LOST_CONNECTION = /^(Connection terminated|timeout exceeded when trying to connect)/;

/**
 * True when the failure is that of a store, the broker or the network and not of the request itself, so that the
 * same call may succeed later. Looks through `cause`.
 */
export const isTransient = (thrown: unknown): boolean => {
  if (!isError(thrown)) return false;
  if (thrown instanceof DomainError) return thrown.kind === 'unavailable';
  const code = errorCode(thrown);
  return (
    NETWORK_CODES.has(code) ||
    POSTGRES_AWAY.test(code) ||
    MONGO_AWAY.test(thrown.name) ||
    LOST_CONNECTION.test(thrown.message) ||
    isTransient(thrown.cause)
  );
};
