import { SERVICE_NAMES, durationSeconds } from '../api/index.ts';
import type { ChatPlatformStatus, ServiceName } from '../api/index.ts';
import { isSettled } from '../platform/component.ts';
import { KINDS } from '../platform/kinds.ts';
import { CONFIG_HASH_ANNOTATION, objectName } from '../platform/labels.ts';
import type { Platform } from '../platform/model.ts';
import type { Observed } from '../platform/observed.ts';
import { blockedWorkloads } from '../platform/references.ts';
import { credentialsName, credentialsSecret, newCredential } from '../platform/secrets/credentials.ts';
import type { Credentials } from '../platform/secrets/credentials.ts';
import { SIGNING_KEYS, keyRotation } from '../platform/secrets/key-rotation.ts';
import { credentialsOf, loginRotation } from '../platform/secrets/login-rotation.ts';
import type { LoginValues } from '../platform/secrets/login-rotation.ts';
import {
  ROTATABLE_KEYS,
  ROTATABLE_STORES,
  ROTATE_ANNOTATION,
  isUnderWay,
  nextRotationStep,
  parseRotationState,
  phaseEndsAt,
  rotationAnnotation,
  rotationRequests,
} from '../platform/secrets/rotation.ts';
import type {
  Rotatable,
  RotatableKey,
  RotatableStore,
  RotationCourse,
  RotationFacts,
  RotationPhase,
  RotationState,
} from '../platform/secrets/rotation.ts';
import { MIGRATIONS_COMPONENT, migrations } from '../platform/services/migrations.ts';
import { configHashOf } from '../platform/services/service.ts';
import { cannotRotateLogins, loginWorkloads, loginsAreSet } from '../platform/store-logins/store-logins.ts';
import { opensAt } from '../platform/upgrade/maintenance-window.ts';
import { deploymentHealth } from '../platform/workload-health.ts';
import { formatTime } from '../runtime/index.ts';
import type { EventDetails, KubeObject } from '../runtime/index.ts';
import { observe } from './gather.ts';
import type { Dependencies, Facts } from './gather.ts';

/** What a rotation is judged by: the platform as it was applied, and what runs now. */
interface Scene {
  readonly dependencies: Dependencies;
  readonly facts: Facts;
  readonly platform: Platform;
  readonly observed: Observed;
  /** The Secret with the credentials. */
  readonly secret: KubeObject;
}

/** Every Pod of a service runs with the credentials that are stored now; one that lacks a Secret keeps what it was given. */
function hasCredentials({ platform, observed }: Scene, service: ServiceName): boolean {
  if (blockedWorkloads(platform.missing).has(service)) return false;
  const name = objectName(platform, service);
  const spec = observed.get(KINDS.deployment, name)?.['spec'] as
    { template?: { metadata?: { annotations?: Record<string, string> } } } | undefined;
  const applied = spec?.template?.metadata?.annotations?.[CONFIG_HASH_ANNOTATION];
  return applied === configHashOf(platform, service) && isSettled(deploymentHealth(observed, service, name));
}

/** A Deployment counts no Pods that are on their way out, though these work with what they were given. */
const hasLeaving = ({ observed }: Scene, component: string) =>
  observed.ofComponent(KINDS.pod, component).some(({ metadata }) => metadata.deletionTimestamp !== undefined);

/** Nothing is left of these services that works with other credentials than those of now. */
const haveCredentials = (scene: Scene, services: readonly ServiceName[]): boolean =>
  services.every((service) => hasCredentials(scene, service) && !hasLeaving(scene, service));

/** Nothing is left that works with other logins than those of now. */
function haveSwitched(scene: Scene, store: RotatableStore): boolean {
  const services = loginWorkloads(scene.platform, store).filter((name) => name !== 'web');
  return (
    haveCredentials(scene, services) &&
    isSettled(migrations.health(scene.platform, scene.observed)) &&
    !hasLeaving(scene, MIGRATIONS_COMPONENT)
  );
}

const stateOf = ({ secret }: Scene, name: Rotatable) =>
  parseRotationState(secret.metadata.annotations?.[rotationAnnotation(name)]);

/** A first rollout has nobody to disturb, and nothing yet that could be rotated. */
const mayBegin = ({ facts: { platform, spec, now } }: Scene): boolean =>
  platform.status?.version?.current !== undefined && opensAt(spec.maintenanceWindow, now) === undefined;

function common(scene: Scene, name: Rotatable): Omit<RotationFacts<never>, 'value' | 'settled'> {
  const { object, now } = scene.facts;
  return {
    request: rotationRequests(object.metadata.annotations?.[ROTATE_ANNOTATION]).wanted.get(name),
    state: stateOf(scene, name),
    mayBegin: mayBegin(scene),
    now,
  };
}

interface Progress {
  readonly name: Rotatable;
  /** The state that is stored now. */
  readonly before: RotationState | undefined;
  readonly step?: { readonly state: RotationState; readonly credentials: Partial<Credentials> } | undefined;
  readonly endsAt: number | undefined;
}

function progressOf<Value>(
  name: Rotatable,
  course: RotationCourse<Value>,
  facts: RotationFacts<Value>,
  toCredentials: (value: Value) => Partial<Credentials>,
): Progress {
  const step = nextRotationStep(course, facts);
  return {
    name,
    before: facts.state,
    step: step && { state: step.state, credentials: toCredentials(step.value) },
    endsAt: phaseEndsAt(course, facts.state),
  };
}

/** Who signs or verifies with a key, and how long what is signed is valid. */
const KEY_USES: Readonly<
  Record<
    RotatableKey,
    { readonly services: readonly ServiceName[]; readonly lifetimeMs: (spec: Facts['spec']) => number }
  >
> = {
  jwt: { services: ['auth'], lifetimeMs: ({ auth }) => durationSeconds(auth.accessTokenLifetime) * 1000 },
  // A minute, and five seconds by which clocks may differ.
  'internal-tokens': { services: SERVICE_NAMES, lifetimeMs: () => 65_000 },
  'media-links': { services: ['media'], lifetimeMs: () => 2 * 3_600_000 },
};

function keyProgress(scene: Scene, name: RotatableKey): Progress {
  const { dependencies, facts, platform } = scene;
  const { credential, form } = SIGNING_KEYS[name];
  const { services, lifetimeMs } = KEY_USES[name];
  const course = keyRotation({
    form,
    newKey: () => newCredential(credential, dependencies.environment.entropy),
    lifetimeMs: lifetimeMs(facts.spec),
  });
  const given = common(scene, name);
  const value = platform.credentials[credential];
  const settled = isUnderWay(given.state) && haveCredentials(scene, services);
  return progressOf(name, course, { ...given, value, settled }, (keys) => ({ [credential]: keys }));
}

function isSettledIn(scene: Scene, store: RotatableStore, phase: RotationPhase | undefined): boolean {
  const { platform, observed } = scene;
  // A store that has gone to somebody else meanwhile knows none of these logins: there is nothing to wait for.
  if (cannotRotateLogins(platform, store) !== undefined) return true;
  return phase === 'Switching' ? haveSwitched(scene, store) : loginsAreSet(platform, observed, store);
}

function loginProgress(scene: Scene, store: RotatableStore): Progress {
  const { dependencies, platform } = scene;
  const { entropy } = dependencies.environment;
  const given = common(scene, store);
  const value: LoginValues = Object.fromEntries(
    credentialsOf(store).map((name) => [name, platform.credentials[name]]),
  );
  const facts: RotationFacts<LoginValues> = {
    ...given,
    value,
    settled: isUnderWay(given.state) && isSettledIn(scene, store, given.state?.phase),
    mayBegin: given.mayBegin && cannotRotateLogins(platform, store) === undefined,
  };
  const course = loginRotation({
    newPassword: (name) => newCredential(name, entropy),
    filesArriveMs: dependencies.environment.secretPropagationMs,
  });
  return progressOf(store, course, facts, (values) => values);
}

export interface Rotation {
  readonly status: NonNullable<ChatPlatformStatus['rotations']>;
  /** When to look again, ms from now; undefined when a watch will tell. */
  readonly lookAgainMs?: number;
}

const rotationStatus = (name: Rotatable, { request, phase, since }: RotationState) => ({
  name,
  request,
  phase,
  since: formatTime(since),
});

const PHASE_NOTES: Readonly<Record<RotationPhase, string>> = {
  Publishing: 'a new key is known beside the old one',
  Signing: 'the new key signs; the old one is kept for what it has signed',
  Adding: 'the store is told of a new login beside the old one',
  Switching: 'services are rolled to the new login',
  Revoking: 'the store is told to refuse the old login',
  Done: 'what was there before is gone',
};

const eventFor = ({ request, phase }: RotationState): EventDetails => ({
  type: 'Normal',
  reason: phase === 'Done' ? 'Rotated' : 'Rotating',
  action: 'RotateCredentials',
  note: `${request}: ${PHASE_NOTES[phase]}`,
});

/** Stores credentials and progress in one write: so neither can be stored without the other. */
async function store(
  { dependencies, platform, secret }: Scene,
  progress: readonly Progress[],
): Promise<void> {
  const annotations = { ...secret.metadata.annotations };
  let credentials = platform.credentials;
  for (const { name, step } of progress) {
    if (step === undefined) continue;
    annotations[rotationAnnotation(name)] = JSON.stringify(step.state);
    credentials = { ...credentials, ...step.credentials };
  }
  await dependencies.client.replace(
    KINDS.secret,
    credentialsSecret(platform, credentials, { ...secret.metadata, annotations }),
  );
}

/**
 * Takes the rotations of credentials a step further, after everything has been applied: what a step needs to have come
 * about is judged by what runs.
 */
export async function rotateCredentials(
  dependencies: Dependencies,
  facts: Facts,
  platform: Platform,
): Promise<Rotation> {
  const observed = observe(dependencies, facts.key);
  const secret = observed.get(KINDS.secret, credentialsName(platform));
  if (secret === undefined) return { status: [] };
  const scene: Scene = { dependencies, facts, platform, observed, secret };
  const progress = [
    ...ROTATABLE_KEYS.map((name) => keyProgress(scene, name)),
    ...ROTATABLE_STORES.map((name) => loginProgress(scene, name)),
  ];
  const status = progress.flatMap(({ name, before, step }) => {
    const state = step?.state ?? before;
    return state === undefined ? [] : [rotationStatus(name, state)];
  });
  const stepping = progress.filter(({ step }) => step !== undefined);
  if (stepping.length === 0) {
    const ends = progress.flatMap(({ endsAt }) => endsAt ?? []);
    return ends.length === 0
      ? { status }
      : { status, lookAgainMs: Math.max(0, Math.min(...ends) - facts.now) };
  }
  await store(scene, stepping);
  for (const { before, step } of stepping) {
    if (step !== undefined && step.state.phase !== before?.phase)
      dependencies.events.record(facts.object, eventFor(step.state));
  }
  return { status };
}
