import type { ChannelState } from '../../domain/channel-state.ts';
import { entryId } from '../../domain/entry.ts';
import type { Entry, EntryContent } from '../../domain/entry.ts';
import { placed } from '../../domain/message.ts';
import { operations } from '../../domain/operation.ts';
import { advanced } from '../../domain/channel-state.ts';

/** What somebody wants to happen in a channel, before it has a place. */
export interface EntryDraft {
  readonly channelId: string;
  /** null: of several people at once. */
  readonly actorId: string | null;
  /** Names what is done, for ever; null when the state itself tells that it was done already. */
  readonly operation: string | null;
  /** Whose standings `decide` looks at. */
  readonly concerns: readonly string[];
  /** The seqs of the messages it looks at. */
  readonly messages?: readonly number[];
  /**
   * By the state right before the place it would get. Pure, for it is asked again when another writer was faster.
   * @returns undefined when it is so already
   * @throws DomainError when it is not allowed
   */
  readonly decide: (state: ChannelState) => EntryContent | undefined;
  /** W3C trace context of the request; it travels with the event. */
  readonly traceparent?: string | undefined;
}

export type Decision =
  | { readonly kind: 'place'; readonly entry: Entry }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refuse'; readonly error: unknown };

/** Decides one after the other, each by the state that those before it would make. */
export function decideInOrder(state: ChannelState, drafts: readonly EntryDraft[], at: Date): Decision[] {
  let current = state;
  return drafts.map((draft) => {
    const decision = decide(current, draft, at);
    if (decision.kind === 'place') current = advanced(current, decision.entry);
    return decision;
  });
}

function decide(state: ChannelState, draft: EntryDraft, at: Date): Decision {
  try {
    const content = draft.decide(state);
    return content ? { kind: 'place', entry: place(state, draft, content, at) } : { kind: 'nothing' };
  } catch (error) {
    return { kind: 'refuse', error };
  }
}

function place(state: ChannelState, draft: EntryDraft, content: EntryContent, at: Date): Entry {
  const { channelId, actorId } = draft;
  const seq = state.seq + 1;
  const id = entryId(channelId, seq);
  const where = {
    id,
    channelId,
    seq,
    messageCount: state.messageCount + (content.type === 'message' ? 1 : 0),
    actorId,
    operation: draft.operation ?? operations.unnamed(id),
    at,
  };
  return content.type === 'message'
    ? { ...where, type: 'message', message: placed(content.message, where) }
    : { ...where, ...content };
}
