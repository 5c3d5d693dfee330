import { z } from 'zod';
import { specSchema } from '../api/spec.ts';
import { checkSpec } from '../checks/checks.ts';
import { describeFinding } from '../checks/finding.ts';
import type { Finding } from '../checks/finding.ts';
import { checkSubject } from '../checks/subject.ts';
import { sameJson } from '../runtime/index.ts';
import type { KubeObject } from '../runtime/index.ts';

const platform = z.looseObject({
  metadata: z.looseObject({
    name: z.string().default(''),
    namespace: z.string().default(''),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.unknown(),
  status: z
    .looseObject({
      effective: z.unknown(),
      version: z.looseObject({ current: z.string().optional() }).optional(),
    })
    .optional()
    .catch(undefined),
});

/** What of an admission.k8s.io/v1 AdmissionReview is read. */
export const reviewSchema = z.looseObject({
  apiVersion: z.literal('admission.k8s.io/v1'),
  request: z.looseObject({
    uid: z.string(),
    object: platform.nullish(),
    oldObject: platform.nullish(),
  }),
});

export type AdmissionRequest = z.infer<typeof reviewSchema>['request'];
type Platform = z.infer<typeof platform>;

export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  /** Shown by kubectl, each on a line. */
  readonly warnings?: readonly string[];
  readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
}

export interface ReviewContext {
  readonly operatorVersion: string;
  /** Every platform there is, the one under review included. */
  readonly platforms: () => readonly KubeObject[];
}

function findingsFor(
  object: Platform,
  old: Platform | undefined,
  context: ReviewContext,
): readonly Finding[] {
  const { data: written } = specSchema.safeParse(object.spec ?? {});
  // What the schema says of it is said by the API server.
  if (written === undefined) return [];
  const { name, namespace, creationTimestamp } = object.metadata;
  const createdAt = old === undefined ? undefined : creationTimestamp;
  return checkSpec(checkSubject({ name, namespace, createdAt, written, status: old?.status }, context));
}

/**
 * Judges what is about to be stored. A change that leaves the spec alone passes: a rule that is new must not stand in
 * the way of an annotation or a finalizer.
 */
export function review(request: AdmissionRequest, context: ReviewContext): AdmissionResponse {
  const { uid, object, oldObject } = request;
  if (!object || object.metadata.deletionTimestamp !== undefined) return { uid, allowed: true };
  if (oldObject && sameJson(oldObject.spec ?? {}, object.spec ?? {})) return { uid, allowed: true };
  const findings = findingsFor(object, oldObject ?? undefined, context);
  const texts = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).map(describeFinding);
  const [refusals, warnings] = [texts('refuse'), texts('warn')];
  const advice = warnings.length === 0 ? {} : { warnings };
  if (refusals.length === 0) return { uid, allowed: true, ...advice };
  return {
    uid,
    allowed: false,
    ...advice,
    status: { code: 422, reason: 'Invalid', message: refusals.join('; ') },
  };
}
