import { entryId } from '../domain/entry.ts';
import type { Message } from '../domain/message.ts';
import { messageNotFound } from '../domain/refusals.ts';
import type { EntryLog } from '../ports/entry-log.ts';
import { readAsMember } from './read-as-member.ts';
import type { AccessDeps } from './read-as-member.ts';

export interface ReadMessageDeps extends AccessDeps {
  readonly log: Pick<EntryLog, 'read'>;
}

export interface ReadMessageProps {
  readonly channelId: string;
  readonly userId: string;
  readonly messageSeq: number;
}

/** A text that a message had or has, and since when. */
export interface MessageVersion {
  readonly text: string;
  readonly at: Date;
}

const messageAt = async ({ log }: ReadMessageDeps, props: ReadMessageProps): Promise<Message | undefined> => {
  const [entry] = await log.read([entryId(props.channelId, props.messageSeq)]);
  return entry?.type === 'message' ? entry.message : undefined;
};

/** @throws DomainError `not-found` */
export async function readMessage(deps: ReadMessageDeps, props: ReadMessageProps): Promise<Message> {
  const { content } = await readAsMember(deps, props, () => messageAt(deps, props));
  if (!content) throw messageNotFound();
  return content;
}

/**
 * Every text a message had, the first first; of a deleted message nothing is left.
 * @throws DomainError `not-found`
 */
export async function readHistory(
  deps: ReadMessageDeps,
  props: ReadMessageProps,
): Promise<readonly MessageVersion[]> {
  const { content } = await readAsMember(deps, props, async () => {
    const message = await messageAt(deps, props);
    if (!message || message.deletedAt) return message && [];
    const edits = await deps.log.read(message.edits.map((seq) => entryId(props.channelId, seq)));
    return [
      { text: message.originalText, at: message.createdAt },
      ...edits.flatMap((edit) => (edit.type === 'message-edited' ? [{ text: edit.text, at: edit.at }] : [])),
    ];
  });
  if (!content) throw messageNotFound();
  return content;
}
