import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.d.ts';
import { publicUrl } from '../platform/exposure/url.ts';
import { allOn, imagesFor } from '../platform/images.ts';
import { KINDS } from '../platform/kinds.ts';
import type { Platform } from '../platform/model.ts';
import type { Observed } from '../platform/observed.ts';
import { credentialsName } from '../platform/secrets/credentials.ts';
import {
  ROTATABLE,
  isUnderWay,
  parseRotationState,
  rotationAnnotation,
} from '../platform/secrets/rotation.ts';
import type { UpgradePlan } from '../platform/upgrade/plan.ts';
import type { Dependencies, Facts } from './gather.ts';

function volumeSizes(observed: Observed): Platform['volumes'] {
  const claims = observed.all(KINDS.persistentVolumeClaim) as unknown as readonly PersistentVolumeClaim[];
  return new Map(
    claims.flatMap(({ metadata, spec }) => {
      const size = spec?.resources?.requests?.['storage'];
      return metadata?.name === undefined || size === undefined ? [] : [[metadata.name, String(size)]];
    }),
  );
}

/** Noted on the Secret with the credentials. */
function rotatingNow(platform: { name: string }, observed: Observed): Platform['rotating'] {
  const { annotations = {} } = observed.get(KINDS.secret, credentialsName(platform))?.metadata ?? {};
  return new Set(
    ROTATABLE.filter((name) => isUnderWay(parseRotationState(annotations[rotationAnnotation(name)]))),
  );
}

/** The platform with every workload on the version that the spec wants. */
export function describePlatform(
  { images }: Pick<Dependencies, 'images'>,
  { platform, spec, references, missing, nodeAddress, dns, serves, observed }: Facts,
  credentials: Platform['credentials'],
): Platform {
  const { name, namespace } = platform.metadata;
  const versions = allOn(spec.version);
  return {
    name,
    namespace,
    spec,
    versions,
    images: imagesFor(versions, images),
    migration: { version: spec.version, phase: 'all', images: imagesFor(versions, images) },
    volumes: volumeSizes(observed),
    cluster: { dnsServer: dns.server, dnsDomain: dns.domain, serves, nodeAddress },
    credentials,
    rotating: rotatingNow({ name }, observed),
    references,
    missing,
    url: publicUrl({ name, spec, nodeAddress }, observed),
  };
}

/** The same platform with every workload on the version that the plan has for it now. */
export function asPlanned(
  { images }: Pick<Dependencies, 'images'>,
  platform: Platform,
  { versions, migration }: UpgradePlan,
): Platform {
  return {
    ...platform,
    versions,
    images: imagesFor(versions, images),
    migration: { ...migration, images: imagesFor(allOn(migration.version), images) },
  };
}
