import { z } from 'zod';

/** `jwt-<anything>`: a rotation is asked for once by each value that has not been there before. */
export const ROTATE_ANNOTATION = 'chatplatform.dev/rotate';

/** On the Secret with the credentials: how far the rotation of each has come. */
export const rotationAnnotation = (name: Rotatable): string => `chatplatform.dev/rotation-${name}`;

/** What can be rotated while people go on working. */
export const ROTATABLE = ['jwt'] as const;
export type Rotatable = (typeof ROTATABLE)[number];

export const ROTATION_PHASES = ['Publishing', 'Signing', 'Done'] as const;

const stateSchema = z.object({
  request: z.string(),
  /**
   * Publishing: the new key is beside the old one, so that everybody comes to know it. Signing: it signs, and the old
   * one is kept for the tokens that are about. Done: the old one is gone.
   */
  phase: z.enum(ROTATION_PHASES),
  /** Ms since the epoch. */
  since: z.number(),
  /** When every Pod was first seen to work with this phase's keys, ms since the epoch. */
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

export interface KeyRotationFacts {
  readonly request: string | undefined;
  readonly state: RotationState | undefined;
  /** PEM blocks: the first signs, all verify. */
  readonly keys: string;
  readonly newKey: () => string;
  /** Every Pod that signs works with exactly these keys. */
  readonly settled: boolean;
  /** Whether a rotation may begin now. */
  readonly mayBegin: boolean;
  readonly tokenLifetimeMs: number;
  readonly now: number;
}

export interface KeyRotationStep {
  readonly state: RotationState;
  readonly keys: string;
}

/** Those who verify ask for unknown keys again, but not within ten seconds of the last time; and clocks differ. */
const SPREAD_MS = 30_000;

const PEM_BLOCK = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;
const blocks = (keys: string): string[] => keys.match(PEM_BLOCK) ?? [];
const joined = (...keys: string[]) => keys.map((key) => `${key.trim()}\n`).join('');

/** How long a phase lasts once every Pod is in it. */
const dwellMs = ({ phase }: RotationState, { tokenLifetimeMs }: KeyRotationFacts) =>
  phase === 'Publishing' ? SPREAD_MS : tokenLifetimeMs + SPREAD_MS;

function begin({
  request,
  state,
  keys,
  newKey,
  mayBegin,
  now,
}: KeyRotationFacts): KeyRotationStep | undefined {
  const isNew = request !== undefined && request !== state?.request;
  if (!isNew || !mayBegin) return undefined;
  const [old = ''] = blocks(keys);
  return { state: { request, phase: 'Publishing', since: now }, keys: joined(old, newKey()) };
}

/** The phase after one that every Pod has been in for long enough. */
function advance(state: RotationState, { keys, now }: KeyRotationFacts): KeyRotationStep {
  const begun = { request: state.request, since: now };
  const [first = '', second = ''] = blocks(keys);
  return state.phase === 'Publishing'
    ? { state: { ...begun, phase: 'Signing' }, keys: joined(second, first) }
    : { state: { ...begun, phase: 'Done' }, keys: joined(first) };
}

/**
 * The next step of rotating the keys that sign access tokens; undefined when there is nothing to do now. In no phase is
 * there a token that somebody cannot verify: the new key is known everywhere before it signs, and the old one for as long
 * as a token it has signed may live.
 */
export function nextKeyRotationStep(facts: KeyRotationFacts): KeyRotationStep | undefined {
  const { state, keys, settled, now } = facts;
  if (state === undefined || state.phase === 'Done') return begin(facts);
  if (!settled) return undefined;
  if (state.settledAt === undefined) return { state: { ...state, settledAt: now }, keys };
  return now - state.settledAt < dwellMs(state, facts) ? undefined : advance(state, facts);
}

/** When the phase may end, ms since the epoch; undefined when that is not a matter of time. */
export function phaseEndsAt(facts: KeyRotationFacts): number | undefined {
  const { state } = facts;
  if (state === undefined || state.phase === 'Done' || state.settledAt === undefined) return undefined;
  return state.settledAt + dwellMs(state, facts);
}
