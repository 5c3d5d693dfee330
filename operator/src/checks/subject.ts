import { z } from 'zod';
import { effectiveSpec } from '../api/index.ts';
import type { ChatPlatformSpec } from '../api/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import type { AcceptedSpec, CheckSubject, OtherPlatform } from './finding.ts';

const volume = z.object({ size: z.string().optional(), className: z.string().optional() });
const acceptedSchema = z.object({
  stores: z.record(z.string(), z.object({ managed: z.object({ storage: volume }).optional() })),
});

/** What checks need of `status.effective`, the spec that was accepted last; undefined when there is none. */
export function acceptedSpec(effective: unknown): AcceptedSpec | undefined {
  const { data } = acceptedSchema.safeParse(effective);
  if (data === undefined) return undefined;
  const stores = Object.entries(data.stores);
  return {
    volumes: new Map(
      stores.flatMap(([store, { managed }]) => (managed === undefined ? [] : [[store, managed.storage]])),
    ),
  };
}

const claimsSchema = z.object({
  hostname: z.string().optional(),
  exposure: z.object({ type: z.string().optional(), nodePort: z.number().optional() }).optional(),
});

function otherPlatform({ metadata, spec }: KubeObject): OtherPlatform {
  const { name, namespace = '', creationTimestamp: createdAt = '' } = metadata;
  return { name, namespace, createdAt, ...claimsSchema.safeParse(spec ?? {}).data };
}

/** Those that were there before. One that is not stored yet is younger than all. */
function eldersOf(
  { name, namespace, createdAt }: SubjectSource,
  platforms: readonly KubeObject[],
): readonly OtherPlatform[] {
  return platforms
    .map(otherPlatform)
    .filter(
      (other) =>
        !(other.name === name && other.namespace === namespace) &&
        (createdAt === undefined || other.createdAt < createdAt),
    );
}

export interface SubjectSource {
  readonly name: string;
  readonly namespace: string;
  /** RFC 3339; undefined while it is not stored. */
  readonly createdAt: string | undefined;
  readonly written: ChatPlatformSpec;
  readonly status:
    | { readonly effective?: unknown; readonly version?: { current?: string | undefined } | undefined }
    | undefined;
}

/** @param platforms every platform there is, this one included or not */
export function checkSubject(
  source: SubjectSource,
  { platforms, operatorVersion }: { platforms: () => readonly KubeObject[]; operatorVersion: string },
): CheckSubject {
  return {
    written: source.written,
    spec: effectiveSpec(source.written, operatorVersion),
    accepted: acceptedSpec(source.status?.effective),
    currentVersion: source.status?.version?.current,
    elders: () => eldersOf(source, platforms()),
  };
}
