import type { KubeObject } from '../../runtime/index.ts';
import { contentHash } from '../hash.ts';
import { LABEL } from '../labels.ts';

/** What the Pods of a workload or a store were last made with: another value means that they are made anew. */
export const TEMPLATE_HASH_ANNOTATION = 'chatplatform.dev/template-hash';

export const templateHash = (template: object): Record<string, string> => ({
  [TEMPLATE_HASH_ANNOTATION]: contentHash(template),
});

/** Whether applying `desired` makes the Pods that are there anew. */
export function replacesPods(desired: KubeObject, observed: KubeObject | undefined): boolean {
  const wanted = desired.metadata.annotations?.[TEMPLATE_HASH_ANNOTATION];
  const present = observed?.metadata.annotations?.[TEMPLATE_HASH_ANNOTATION];
  return wanted !== undefined && present !== undefined && wanted !== present;
}

/** A change of version, which a plan of its own takes from one workload to the next. */
export const changesVersion = (desired: KubeObject, observed: KubeObject | undefined): boolean =>
  desired.metadata.labels?.[LABEL.version] !== observed?.metadata.labels?.[LABEL.version];
