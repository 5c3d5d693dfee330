import { z } from 'zod';

/** `<name>-<anything>`: a rotation is asked for once by each value that has not been there before. */
export const ROTATE_ANNOTATION = 'chatplatform.dev/rotate';

/** On the Secret with the credentials: how far the rotation of each has come. */
export const rotationAnnotation = (name: Rotatable): string => `chatplatform.dev/rotation-${name}`;

/** The managed stores whose logins can be rotated. */
export const ROTATABLE_STORES = [
  'redis',
  'rabbitmq',
  'postgresql',
  'mongodb',
  'influxdb',
  'sqlserver',
] as const;
export type RotatableStore = (typeof ROTATABLE_STORES)[number];

/** Keys that sign: access tokens, calls of one service to another, the addresses of pictures. */
export const ROTATABLE_KEYS = ['jwt', 'internal-tokens', 'media-links'] as const;
export type RotatableKey = (typeof ROTATABLE_KEYS)[number];

/** What can be rotated while people go on working. */
export const ROTATABLE = [...ROTATABLE_KEYS, ...ROTATABLE_STORES] as const;
export type Rotatable = (typeof ROTATABLE)[number];

export const ROTATION_PHASES = ['Publishing', 'Signing', 'Adding', 'Switching', 'Revoking', 'Done'] as const;
export type RotationPhase = (typeof ROTATION_PHASES)[number];

const stateSchema = z.object({
  request: z.string(),
  /**
   * Keys: Publishing: the new key is beside the old one, so that everybody comes to know it. Signing: it signs, and the
   * old one is kept for the tokens that are about.
   * Logins: Adding: the store is told of the new login beside the old one. Switching: services are rolled to the new
   * one. Revoking: the store is told to refuse the old one.
   * Done: the old one is gone.
   */
  phase: z.enum(ROTATION_PHASES),
  /** Ms since the epoch. */
  since: z.number(),
  /** When all that works with the credential was first seen to be in this phase, ms since the epoch. */
  settledAt: z.number().optional(),
});
export type RotationState = z.infer<typeof stateSchema>;

export function parseRotationState(text: string | undefined): RotationState | undefined {
  if (text === undefined) return undefined;
  try {
    return stateSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export const isUnderWay = (state: RotationState | undefined): boolean =>
  state !== undefined && state.phase !== 'Done';

export interface RotationRequests {
  /** The whole entry by what it asks to rotate. */
  readonly wanted: ReadonlyMap<Rotatable, string>;
  /** Entries that name nothing that can be rotated. */
  readonly unknown: readonly string[];
}

/** What the annotation asks for: entries separated by commas, each a name, or a name and `-` and anything. */
export function rotationRequests(annotation: string | undefined): RotationRequests {
  const entries = (annotation ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const wanted = new Map<Rotatable, string>();
  const unknown: string[] = [];
  for (const entry of entries) {
    const name = ROTATABLE.find((known) => entry === known || entry.startsWith(`${known}-`));
    if (name === undefined) unknown.push(entry);
    else wanted.set(name, entry);
  }
  return { wanted, unknown };
}

/** What every rotation is decided by. `Value` is what is kept of the credential while it is rotated. */
export interface RotationFacts<Value> {
  readonly request: string | undefined;
  readonly state: RotationState | undefined;
  readonly value: Value;
  /** All that works with the credential is in the phase of `state`. */
  readonly settled: boolean;
  /** Whether a rotation may begin now. */
  readonly mayBegin: boolean;
  readonly now: number;
}

export interface RotationStep<Value> {
  readonly state: RotationState;
  readonly value: Value;
}

/** What is different about each kind of credential. */
export interface RotationCourse<Value> {
  /** The first phase, with the new credential beside the old one. */
  begin(value: Value): { readonly phase: RotationPhase; readonly value: Value };
  /** The phase after one that has been settled for long enough. */
  after(phase: RotationPhase, value: Value): { readonly phase: RotationPhase; readonly value: Value };
  /** How long a phase lasts once everything is in it, ms. */
  dwellMs(phase: RotationPhase): number;
}

/** The next step of a rotation; undefined when there is nothing to do now. One that has begun is finished. */
export function nextRotationStep<Value>(
  course: RotationCourse<Value>,
  { request, state, value, settled, mayBegin, now }: RotationFacts<Value>,
): RotationStep<Value> | undefined {
  if (state === undefined || !isUnderWay(state)) {
    if (request === undefined || request === state?.request || !mayBegin) return undefined;
    const begun = course.begin(value);
    return { state: { request, phase: begun.phase, since: now }, value: begun.value };
  }
  if (!settled) return undefined;
  if (state.settledAt === undefined) return { state: { ...state, settledAt: now }, value };
  if (now - state.settledAt < course.dwellMs(state.phase)) return undefined;
  const next = course.after(state.phase, value);
  return { state: { request: state.request, phase: next.phase, since: now }, value: next.value };
}

/** When the phase may end, ms since the epoch; undefined when that is not a matter of time. */
export function phaseEndsAt<Value>(
  course: RotationCourse<Value>,
  state: RotationState | undefined,
): number | undefined {
  if (state?.settledAt === undefined || !isUnderWay(state)) return undefined;
  return state.settledAt + course.dwellMs(state.phase);
}
