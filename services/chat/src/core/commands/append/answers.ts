import { unavailable } from '@chatplatform/kit/errors';
import type { Entry } from '../../domain/entry.ts';
import { isActorsOwn } from '../../domain/operation.ts';
import { isFinal, isPlaced, refusalOf, refusedAs } from '../../domain/unplaced.ts';
import type { Unplaced } from '../../domain/unplaced.ts';
import type { EntryLog } from '../../ports/entry-log.ts';
import type { Decision, EntryDraft } from './draft.ts';

export interface Appended {
  /** null: there was nothing to do. */
  readonly entry: Entry | null;
  /** It was done before: this was a retry. */
  readonly repeated: boolean;
}

/** A draft and who waits for what becomes of it. */
export interface Waiting {
  readonly draft: EntryDraft;
  readonly result: PromiseWithResolvers<Appended>;
}

type Log = Pick<EntryLog, 'firstResults' | 'keepUnplaced'>;
type WithoutPlace = Exclude<Decision, { readonly kind: 'place' }>;
/** By operation. */
type Firsts = ReadonlyMap<string | null, Entry | Unplaced>;

/** What of this was decided before. */
export async function firstsOf(log: Pick<Log, 'firstResults'>, waiting: readonly Waiting[]): Promise<Firsts> {
  const operations = waiting.flatMap(({ draft }) => draft.operation ?? []);
  if (operations.length === 0) return new Map();
  const { entries, unplaced } = await log.firstResults(operations);
  return new Map([...unplaced, ...entries].map((first) => [first.operation, first]));
}

export function answerRepeated(waiting: readonly Waiting[], firsts: Firsts): void {
  for (const { draft, result } of waiting) {
    const first = firsts.get(draft.operation);
    if (first) answerWith(first, result);
  }
}

/** Call it once what was given a place is stored. Returns at once; who got no place is answered a moment later. */
export function answer(log: Log, group: readonly Waiting[], decisions: readonly Decision[]): void {
  const unplaced: Undone[] = [];
  for (const [index, waiting] of group.entries()) {
    const decision = decisions[index];
    if (!decision) throw new Error('a draft that was not decided');
    if (decision.kind === 'place') waiting.result.resolve({ entry: decision.entry, repeated: false });
    else unplaced.push({ waiting, decision });
  }
  if (unplaced.length > 0) void answerUnplaced(log, unplaced);
}

interface Undone {
  readonly waiting: Waiting;
  readonly decision: WithoutPlace;
}

/**
 * Who may not do it any more, or finds it done, and has done it himself before, gets that result. Everybody else gets
 * this one, once it is kept: were it not, an attempt of before that waits in another Pod might be done yet.
 */
async function answerUnplaced(log: Log, undone: readonly Undone[]): Promise<void> {
  const waiting = undone.map((one) => one.waiting);
  try {
    const lasting = undone.flatMap((one) => lastingResult(one) ?? []);
    if (lasting.length > 0) await log.keepUnplaced(lasting);
    const firsts = await firstsOf(log, waiting);
    for (const one of undone) answerOne(one, firsts.get(one.waiting.draft.operation));
  } catch (error) {
    for (const { result } of waiting) result.reject(error);
  }
}

function lastingResult({ waiting, decision }: Undone): Unplaced | undefined {
  const { operation } = waiting.draft;
  if (operation === null || !isActorsOwn(operation)) return undefined;
  if (decision.kind === 'nothing') return { operation, refusal: null };
  return isFinal(decision.error) ? { operation, refusal: refusalOf(decision.error) } : undefined;
}

function answerOne(undone: Undone, first: Entry | Unplaced | undefined): void {
  const { decision, waiting } = undone;
  const { draft, result } = waiting;
  // What somebody else did in the same name tells nothing of what this one may.
  const counts =
    first && (decision.kind === 'nothing' || !isPlaced(first) || first.actorId === draft.actorId);
  if (counts) answerWith(first, result);
  else if (lastingResult(undone)) result.reject(undecided());
  else if (decision.kind === 'refuse') result.reject(decision.error);
  else result.resolve({ entry: null, repeated: true });
}

function answerWith(first: Entry | Unplaced, result: Waiting['result']): void {
  if (isPlaced(first)) result.resolve({ entry: first, repeated: true });
  else if (first.refusal === null) result.resolve({ entry: null, repeated: true });
  else result.reject(refusedAs(first.refusal));
}

/** Another attempt is being stored at this moment, and no majority holds it yet. */
const undecided = (): Error =>
  unavailable('store.unavailable', 'Another attempt of this is being decided; try again shortly.');
