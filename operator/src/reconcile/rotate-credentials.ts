import { durationSeconds } from '../api/index.ts';
import type { ChatPlatformStatus } from '../api/index.ts';
import { isSettled } from '../platform/component.ts';
import { KINDS } from '../platform/kinds.ts';
import { CONFIG_HASH_ANNOTATION, objectName } from '../platform/labels.ts';
import type { Platform } from '../platform/model.ts';
import type { Observed } from '../platform/observed.ts';
import { credentialsName, credentialsSecret } from '../platform/secrets/credentials.ts';
import {
  ROTATE_ANNOTATION,
  nextKeyRotationStep,
  parseRotationState,
  phaseEndsAt,
  rotationAnnotation,
  rotationRequests,
} from '../platform/secrets/rotation.ts';
import type { KeyRotationFacts, RotationState } from '../platform/secrets/rotation.ts';
import { configHashOf } from '../platform/services/service.ts';
import { opensAt } from '../platform/upgrade/maintenance-window.ts';
import { deploymentHealth } from '../platform/workload-health.ts';
import { formatTime } from '../runtime/index.ts';
import type { EventDetails, KubeObject } from '../runtime/index.ts';
import { observe } from './gather.ts';
import type { Dependencies, Facts } from './gather.ts';

/** Every Pod of auth runs with the keys that are stored now. */
function authHasTheKeys(platform: Platform, observed: Observed): boolean {
  const name = objectName(platform, 'auth');
  const spec = observed.get(KINDS.deployment, name)?.['spec'] as
    { template?: { metadata?: { annotations?: Record<string, string> } } } | undefined;
  const applied = spec?.template?.metadata?.annotations?.[CONFIG_HASH_ANNOTATION];
  return applied === configHashOf(platform, 'auth') && isSettled(deploymentHealth(observed, 'auth', name));
}

function rotationFacts(
  { environment }: Dependencies,
  facts: Facts,
  { platform, secret, observed }: { platform: Platform; secret: KubeObject; observed: Observed },
): KeyRotationFacts {
  const { spec, now } = facts;
  return {
    request: rotationRequests(facts.object.metadata.annotations?.[ROTATE_ANNOTATION]).wanted.get('jwt'),
    state: parseRotationState(secret.metadata.annotations?.[rotationAnnotation('jwt')]),
    keys: platform.credentials.jwtSigningKey,
    newKey: () => environment.entropy.signingKey(),
    settled: authHasTheKeys(platform, observed),
    // A first rollout has nobody to disturb, and nothing yet that could be rotated.
    mayBegin:
      facts.platform.status?.version?.current !== undefined &&
      opensAt(spec.maintenanceWindow, now) === undefined,
    tokenLifetimeMs: durationSeconds(spec.auth.accessTokenLifetime) * 1000,
    now,
  };
}

export interface Rotation {
  readonly status: NonNullable<ChatPlatformStatus['rotations']>;
  /** When to look again, ms from now; undefined when a watch will tell. */
  readonly lookAgainMs?: number;
}

const rotationStatus = ({ request, phase, since }: RotationState) => ({
  name: 'jwt',
  request,
  phase,
  since: formatTime(since),
});

const eventFor = ({ request, phase }: RotationState): EventDetails => ({
  type: 'Normal',
  reason: phase === 'Done' ? 'Rotated' : 'Rotating',
  action: 'RotateCredentials',
  note: {
    Publishing: `${request}: a new signing key is published beside the old one`,
    Signing: `${request}: the new key signs; the old one is kept for tokens that are about`,
    Done: `${request}: the old signing key is gone`,
  }[phase],
});

/**
 * Takes the rotation of credentials a step further, after everything has been applied: what a step needs to have come
 * about is judged by what runs. The Secret holds keys and progress alike, so that neither can be stored without the
 * other.
 */
export async function rotateCredentials(
  dependencies: Dependencies,
  facts: Facts,
  platform: Platform,
): Promise<Rotation> {
  const observed = observe(dependencies, facts.key);
  const secret = observed.get(KINDS.secret, credentialsName(platform));
  if (secret === undefined) return { status: [] };
  const before = rotationFacts(dependencies, facts, { platform, secret, observed });
  const step = nextKeyRotationStep(before);
  if (step === undefined) {
    const ends = phaseEndsAt(before);
    const status = before.state === undefined ? [] : [rotationStatus(before.state)];
    return ends === undefined ? { status } : { status, lookAgainMs: Math.max(0, ends - before.now) };
  }
  const annotations = {
    ...secret.metadata.annotations,
    [rotationAnnotation('jwt')]: JSON.stringify(step.state),
  };
  const credentials = { ...platform.credentials, jwtSigningKey: step.keys };
  await dependencies.client.replace(
    KINDS.secret,
    credentialsSecret(platform, credentials, { ...secret.metadata, annotations }),
  );
  if (step.state.phase !== before.state?.phase)
    dependencies.events.record(facts.object, eventFor(step.state));
  return { status: [rotationStatus(step.state)] };
}
