import type { Entry } from '../../domain/entry.ts';
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

type Operations = Pick<EntryLog, 'findByOperations'>;
type Unplaced = Exclude<Decision, { readonly kind: 'place' }>;

/** What of this was done before, by operation. */
export async function firstsOf(
  log: Operations,
  waiting: readonly Waiting[],
): Promise<ReadonlyMap<string | null, Entry>> {
  const operations = waiting.flatMap(({ draft }) => draft.operation ?? []);
  if (operations.length === 0) return new Map();
  const entries = await log.findByOperations(operations);
  return new Map(entries.map((entry) => [entry.operation, entry]));
}

export function answerRepeated(waiting: readonly Waiting[], firsts: ReadonlyMap<string | null, Entry>): void {
  for (const { draft, result } of waiting) {
    const entry = firsts.get(draft.operation);
    if (entry) result.resolve({ entry, repeated: true });
  }
}

/** Call it once what was given a place is stored. Returns at once; who got no place is answered a moment later. */
export function answer(log: Operations, group: readonly Waiting[], decisions: readonly Decision[]): void {
  const unplaced: { waiting: Waiting; decision: Unplaced }[] = [];
  for (const [index, waiting] of group.entries()) {
    const decision = decisions[index];
    if (!decision) throw new Error('a draft that was not decided');
    if (decision.kind === 'place') waiting.result.resolve({ entry: decision.entry, repeated: false });
    else unplaced.push({ waiting, decision });
  }
  if (unplaced.length > 0) void answerUnplaced(log, unplaced);
}

/** Who may not do it any more, or finds it done, and has done it himself before, gets that result. */
async function answerUnplaced(
  log: Operations,
  unplaced: readonly { readonly waiting: Waiting; readonly decision: Unplaced }[],
): Promise<void> {
  try {
    const waiting = unplaced.map((one) => one.waiting);
    const firsts = await firstsOf(log, waiting);
    for (const { waiting: one, decision } of unplaced) {
      const entry = firsts.get(one.draft.operation);
      const isOwn = entry !== undefined && entry.actorId === one.draft.actorId;
      if (decision.kind === 'nothing') one.result.resolve({ entry: entry ?? null, repeated: true });
      else if (isOwn) one.result.resolve({ entry, repeated: true });
      else one.result.reject(decision.error);
    }
  } catch (error) {
    for (const { waiting } of unplaced) waiting.result.reject(error);
  }
}
