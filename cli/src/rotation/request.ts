import { effectiveSpec } from '@chatplatform/operator/api/index';
import { specSchema } from '@chatplatform/operator/api/spec';
import {
  ROTATABLE_STORES,
  ROTATE_ANNOTATION,
  rotationRequests,
} from '@chatplatform/operator/platform/secrets/rotation';
import type { Rotatable, RotatableStore } from '@chatplatform/operator/platform/secrets/rotation';
import { cannotRotateLogins } from '@chatplatform/operator/platform/store-logins/store-logins';
import { opensAt } from '@chatplatform/operator/platform/upgrade/maintenance-window';
import { formatTime } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';

/** The annotation with an entry that has not been there before; entries of other credentials stay. */
export function withRequest(annotation: string | undefined, name: Rotatable, now: number): string {
  const others = [...rotationRequests(annotation).wanted].filter(([other]) => other !== name);
  const stamp = formatTime(now).toLowerCase().replaceAll(':', '');
  return [...others.map(([, entry]) => entry), `${name}-${stamp}`].join(',');
}

export const requestOf = (platform: KubeObject, name: Rotatable): string | undefined =>
  rotationRequests(platform.metadata.annotations?.[ROTATE_ANNOTATION]).wanted.get(name);

const isStore = (name: Rotatable): name is RotatableStore =>
  (ROTATABLE_STORES as readonly string[]).includes(name);

export interface Outlook {
  /** Why it cannot be rotated, with the remedy. */
  readonly refusal?: string | undefined;
  readonly paused: boolean;
  /** Why it does not begin at once. */
  readonly delay?: string | undefined;
}

/** What becomes of a request, as far as the spec tells. */
export function outlook(platform: KubeObject, name: Rotatable, now: number): Outlook {
  const written = specSchema.safeParse(platform['spec']).data;
  if (written === undefined) return { paused: false };
  const spec = effectiveSpec(written, '0.0.0');
  const opens = opensAt(spec.maintenanceWindow, now);
  return {
    refusal: isStore(name) ? cannotRotateLogins({ spec }, name) : undefined,
    paused: spec.paused,
    delay: spec.paused
      ? 'the platform is paused: it begins once that is resumed'
      : opens === undefined
        ? undefined
        : `it begins when the maintenance window opens, at ${formatTime(opens)}`,
  };
}
