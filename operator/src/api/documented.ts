import type { z } from 'zod';

/** A CEL rule as the API server evaluates it; `message` names the remedy, not only the fault. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  /** Field the error is reported at, relative to the schema that carries the rule; the schema itself when absent. */
  readonly fieldPath?: string;
}

/** What `kubectl explain` and docs/RESOURCE.md say of a field. */
export interface FieldDoc {
  readonly text: string;
  /** In words, because many defaults follow the profile. Never a `default:` of the CRD: that would write into specs. */
  readonly default?: string;
  readonly example?: string;
  readonly rules?: readonly CelRule[];
  /** Kubernetes schema extensions, e.g. `x-kubernetes-list-type`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

function sentence(doc: FieldDoc): string {
  const parts = [doc.text];
  if (doc.default !== undefined) parts.push(`Default: ${doc.default}.`);
  if (doc.example !== undefined) parts.push(`Example: ${doc.example}`);
  return parts.join(' ');
}

/** Attaches description, CEL rules and extensions to a zod schema; they end up in the CRD and in docs/RESOURCE.md. */
export function documented<T extends z.ZodType>(schema: T, doc: FieldDoc): T {
  return schema.meta({
    description: sentence(doc),
    ...(doc.rules === undefined ? {} : { 'x-kubernetes-validations': doc.rules }),
    ...doc.extensions,
  });
}
