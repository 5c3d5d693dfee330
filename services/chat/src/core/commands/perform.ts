import { conflict } from '@chatplatform/kit/errors';
import type { Entry, EntryOf } from '../domain/entry.ts';
import type { Appender } from './append/create-appender.ts';
import type { EntryDraft } from './append/draft.ts';

export interface Performed<E extends Entry> {
  readonly entry: E;
  /** It was done before: this was a retry. */
  readonly repeated: boolean;
}

/**
 * Does what has a name of its own, once for ever. @returns null when it is so already, by somebody else's doing
 * @throws DomainError `conflict` when the client's id names something else that was done before
 */
export async function perform<T extends Entry['type']>(
  { appender }: { readonly appender: Pick<Appender, 'append'> },
  draft: EntryDraft,
  isSame: (entry: Entry) => entry is EntryOf<T>,
): Promise<Performed<EntryOf<T>> | null> {
  const { entry, repeated } = await appender.append(draft);
  if (!entry) return null;
  if (entry.channelId !== draft.channelId || !isSame(entry)) throw idNamesSomethingElse();
  return { entry, repeated };
}

const idNamesSomethingElse = (): Error =>
  conflict('operation.client-id-reused', 'This client id was used for something else before.', [
    { field: 'clientOperationId', message: 'make a new id for each action' },
  ]);
