import { isNativeError } from 'node:util/types';

/** One cause inside a Status: for a conflict the message names the other manager and `field` its path. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  kind?: string;
  retryAfterSeconds?: number;
  causes?: StatusCause[];
}

export interface ApiErrorFields {
  /** HTTP status code. */
  status: number;
  /** Machine-readable, as in metav1.Status: `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Expired` ... */
  reason: string;
  message: string;
  details?: StatusDetails;
  /** What was asked, for the log: `GET /api/v1/pods`. */
  request: string;
}

/** The API server answered, and refused. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly details: StatusDetails;
  readonly request: string;

  constructor({ status, reason, message, details, request }: ApiErrorFields) {
    super(`${request}: ${status} ${reason}: ${message}`);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.details = details ?? {};
    this.request = request;
  }
}

/** Whatever was thrown, as an Error. (`instanceof` alone fails across realms, such as those of a test runner.) */
export const errorOf = (thrown: unknown): Error & { code?: string } =>
  isNativeError(thrown) || thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });

/** No answer came: refused, reset, timed out. Whether a write took effect is unknown. */
export class TransportError extends Error {
  readonly request: string;
  /** `ECONNREFUSED`, `ECONNRESET`, `ETIMEDOUT` ... */
  readonly code: string;

  constructor(request: string, cause: Error & { code?: string }) {
    super(`${request}: ${cause.message}`, { cause });
    this.name = 'TransportError';
    this.request = request;
    this.code = cause.code ?? 'UNKNOWN';
  }
}

/** A write was refused on this side because this process may not write, or no longer. Never retried. */
export class FencedError extends Error {
  constructor(request: string, why = 'this process does not hold the leader lease') {
    super(`${request}: not sent, ${why}`);
    this.name = 'FencedError';
  }
}

/** How to reach the cluster could not be worked out: the message says what to change. */
export class AccessError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AccessError';
  }
}

/** Trying again cannot help until a person changes the spec: the key rests until its generation moves. */
export class TerminalError extends Error {
  /** CamelCase, for a condition or an event. */
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
    this.reason = reason;
  }
}

/** A reconcile was told to end because it took too long: the reason its signal gives. */
export class ReconcileTimeoutError extends Error {
  constructor(ms: number) {
    super(`the reconcile did not end within ${ms} ms`);
    this.name = 'ReconcileTimeoutError';
  }
}

const hasStatus = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status;

export const isNotFound = (error: unknown): error is ApiError => hasStatus(error, 404);
export const isGone = (error: unknown): error is ApiError => hasStatus(error, 410);
export const isInvalid = (error: unknown): error is ApiError => hasStatus(error, 422);
export const isConflict = (error: unknown): error is ApiError =>
  hasStatus(error, 409) && error.reason !== 'AlreadyExists';
export const isAlreadyExists = (error: unknown): error is ApiError =>
  hasStatus(error, 409) && error.reason === 'AlreadyExists';
