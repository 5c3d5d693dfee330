import { DomainError } from '@chatplatform/kit/errors';
import type { Entry } from './entry.ts';

/** What a person is told for good, as far as it can be stored. */
export type Refusal = Pick<DomainError, 'kind' | 'code' | 'message' | 'fields'>;

/**
 * The first result of an operation that got no place in the stream. It is stored as an entry is, under the same unique
 * key, before the person is told: an earlier attempt of theirs that still waits somewhere finds it there, and cannot be
 * done any more when what it was refused for has changed.
 */
export interface Unplaced {
  readonly operation: string;
  /** null: there was nothing to do. */
  readonly refusal: Refusal | null;
}

/** Whether an operation's first result is that it got its place. */
export const isPlaced = (first: Entry | Unplaced): first is Entry => 'seq' in first;

/** Something that another attempt would not find different: not that a store was away, or too much waited. */
export const isFinal = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.kind !== 'unavailable' && error.kind !== 'rate-limited';

export const refusalOf = ({ kind, code, message, fields }: DomainError): Refusal => ({
  kind,
  code,
  message,
  fields,
});

export const refusedAs = ({ kind, message, ...details }: Refusal): DomainError =>
  new DomainError(kind, message, details);
