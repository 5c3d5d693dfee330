import type { ChannelSummary } from './channel.ts';
import type { NotificationKind } from './notification.ts';
import type { MessageOccasion, Occasion } from './occasion.ts';

const EXCERPT_LENGTH = 240;

export interface Wording {
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
}

/** What the recipient reads; plain text, one line each. */
export function wordingFor(
  occasion: Occasion,
  recipientId: string,
  known: { actorName: string | null; channel: ChannelSummary | null },
): Wording {
  const actor = oneLine(known.actorName ?? 'Someone');
  switch (occasion.kind) {
    case 'message':
      return messageWording(occasion, recipientId, { actor, channelName: known.channel?.name ?? null });
    case 'friend-request':
      return {
        kind: 'friend-request',
        title: `${actor} wants to be your friend`,
        body: 'Open the chat to answer.',
      };
    case 'friend-accepted':
      return {
        kind: 'friend-accepted',
        title: `${actor} accepted your friend request`,
        body: 'You can write to each other now.',
      };
  }
}

function messageWording(
  occasion: MessageOccasion,
  recipientId: string,
  { actor, channelName }: { actor: string; channelName: string | null },
): Wording {
  const place = channelName === null ? '' : ` in ${oneLine(channelName)}`;
  const mentioned = occasion.mentions.includes(recipientId);
  return {
    kind: mentioned ? 'mention' : 'message',
    title: mentioned ? `${actor} mentioned you${place}` : `${actor} wrote${place === '' ? ' to you' : place}`,
    body: excerpt(occasion.text) || attachmentsPhrase(occasion.attachmentCount),
  };
}

function attachmentsPhrase(count: number): string {
  return count === 1 ? 'Sent an attachment' : `Sent ${count} attachments`;
}

/** Cut between characters as people see them, never inside an emoji or an accent. */
function excerpt(text: string): string {
  const line = oneLine(text);
  if (line.length <= EXCERPT_LENGTH) return line;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (cut.length + segment.length >= EXCERPT_LENGTH) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

/** Line breaks and control characters would break mail headers and device banners. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
