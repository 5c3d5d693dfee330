import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import type { ApiClient } from '@chatplatform/operator/runtime/client/types';
import { conflictsOf, describeConflicts } from '@chatplatform/operator/runtime/apply/conflicts';
import { isFields } from '@chatplatform/operator/runtime/apply/list-keys';
import { isConflict } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { CliError } from '../cli-error.ts';

/** How the file will be applied: by whichever way the stored object was last applied. */
export type Submission =
  | { readonly way: 'create' }
  /** `kubectl apply`, `argocd`: a merge that knows from an annotation what was in the file before. */
  | { readonly way: 'merge'; readonly lastApplied: Readonly<Record<string, unknown>> }
  /** `kubectl apply --server-side`, Flux. */
  | { readonly way: 'server-side'; readonly fieldManager: string };

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const KUBECTL_SERVER_SIDE = 'kubectl';

interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1?: object;
}

/** Who has declared fields of the spec by server-side apply. */
function appliers({ metadata }: KubeObject): string[] {
  const entries = (metadata as { managedFields?: readonly ManagedFields[] }).managedFields ?? [];
  return entries
    .filter(({ operation, subresource }) => operation === 'Apply' && subresource === undefined)
    .filter(({ fieldsV1 = {} }) => 'f:spec' in fieldsV1)
    .map(({ manager }) => manager);
}

/**
 * Works out how the file would be applied, so that what it no longer says is planned away exactly if it would be.
 * @param fieldManager of a server-side apply, when it was asked for
 */
export function submissionFor(live: KubeObject | undefined, fieldManager: string | undefined): Submission {
  if (fieldManager !== undefined) return { way: 'server-side', fieldManager };
  if (live === undefined) return { way: 'create' };
  const lastApplied = live.metadata.annotations?.[LAST_APPLIED];
  if (lastApplied !== undefined) {
    return { way: 'merge', lastApplied: JSON.parse(lastApplied) as Record<string, unknown> };
  }
  const managers = appliers(live);
  const [manager] = managers;
  if (manager === undefined) return { way: 'merge', lastApplied: {} };
  if (managers.length === 1) return { way: 'server-side', fieldManager: manager };
  throw new CliError(`${live.metadata.name} is applied by several: ${managers.join(', ')}`, {
    remedy: 'say as which of them the file will be applied: --field-manager=NAME',
  });
}

/**
 * The JSON merge patch of `kubectl apply`: what the file says, and null for what it said before and no longer says.
 * Lists are replaced as a whole, as in any custom resource.
 */
export function threeWayPatch(
  before: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const gone = Object.keys(before).filter((field) => wanted[field] === undefined);
  const kept = Object.entries(wanted).map(([field, value]) => {
    const old = before[field];
    return [field, isFields(value) ? threeWayPatch(isFields(old) ? old : {}, value) : value];
  });
  return Object.fromEntries([...gone.map((field) => [field, null]), ...kept]);
}

/** What of an object a file may say. */
const declared = ({ metadata, spec }: Record<string, unknown>) => {
  const { labels = {}, annotations = {} } = (metadata ?? {}) as Record<string, object>;
  const { [LAST_APPLIED]: _, ...own } = annotations as Record<string, string>;
  return { metadata: { labels, annotations: own }, spec: spec ?? {} };
};

async function serverSide(
  client: ApiClient,
  object: KubeObject,
  fieldManager: string,
  signal: AbortSignal,
): Promise<KubeObject> {
  try {
    const answer = await client.apply(CHAT_PLATFORM, object, {
      fieldManager,
      force: false,
      dryRun: true,
      signal,
    });
    return answer.object;
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new CliError(
      `${object.metadata.name} cannot be applied as it is: ${describeConflicts(conflictsOf(error))}`,
      { cause: error, remedy: 'leave these fields out of the file, or have them given up by who holds them' },
    );
  }
}

/** What would be stored, had the file been applied: by the API server's own dry run, with its checks and defaults. */
export async function submit(
  client: ApiClient,
  object: KubeObject,
  live: KubeObject | undefined,
  options: { readonly submission: Submission; readonly signal: AbortSignal },
): Promise<KubeObject> {
  const { submission, signal } = options;
  if (submission.way === 'server-side') return serverSide(client, object, submission.fieldManager, signal);
  // A server-side apply refuses fields it does not know, where a creation would drop them without a word.
  if (submission.way === 'create' || live === undefined) {
    return serverSide(client, object, KUBECTL_SERVER_SIDE, signal);
  }
  const patch = threeWayPatch(declared(submission.lastApplied), declared(object));
  const { name, namespace = '' } = object.metadata;
  return client.mergePatch(CHAT_PLATFORM, { namespace, name }, patch, { dryRun: true, signal });
}
