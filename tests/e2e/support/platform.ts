import { getJson, kubectl, type PlatformObject } from './kubectl.ts';
import { target } from './target.ts';

/** The platform under test, as it is stored. */
export const platform = (): Promise<PlatformObject> =>
  getJson<PlatformObject>('chp', target.name, '-n', target.namespace);

/** Merges into its spec; what is null is taken away. */
export async function patchSpec(spec: object): Promise<void> {
  const patch = JSON.stringify({ spec });
  await kubectl('patch', 'chp', target.name, '-n', target.namespace, '--type=merge', '-p', patch);
}
