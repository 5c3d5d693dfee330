import type { KubeObject } from '../../runtime/index.ts';
import { contentHash } from '../hash.ts';

/** What the Pods of a store were last made with: another value means that they are made anew. */
export const TEMPLATE_HASH_ANNOTATION = 'chatplatform.dev/template-hash';

export const templateHash = (template: object): Record<string, string> => ({
  [TEMPLATE_HASH_ANNOTATION]: contentHash(template),
});

/** Whether applying `desired` restarts the one Pod of a store, and so disturbs people. */
export function restartsStore(desired: KubeObject, observed: KubeObject | undefined): boolean {
  const wanted = desired.metadata.annotations?.[TEMPLATE_HASH_ANNOTATION];
  const present = observed?.metadata.annotations?.[TEMPLATE_HASH_ANNOTATION];
  return wanted !== undefined && present !== undefined && wanted !== present;
}
