import type { Notification } from './notification.ts';

export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same for every attempt, so a mail server or reader can recognise a duplicate. */
  readonly messageId: string;
}

export interface EmailContext {
  /** External base URL, without a slash at the end. */
  readonly publicUrl: string;
  /** The right side of the Message-ID. */
  readonly messageIdDomain: string;
}

export function renderEmail(notification: Notification, to: string, context: EmailContext): Email {
  const link = linkTo(notification, context.publicUrl);
  return {
    to,
    subject: notification.title,
    messageId: `<${notification.id}@${context.messageIdDomain}>`,
    text: [
      notification.title,
      '',
      notification.body,
      '',
      `Open: ${link}`,
      '',
      '--',
      'You get this mail because you were offline.',
      '',
    ].join('\n'),
    html: [
      '<!doctype html><html><head><meta charset="utf-8"></head>',
      '<body style="font-family:system-ui,sans-serif;color:#1c1c1e;max-width:36rem">',
      `<h1 style="font-size:1.1rem">${escapeHtml(notification.title)}</h1>`,
      `<blockquote style="margin:0;padding-left:1rem;border-left:3px solid #ccc">${escapeHtml(notification.body)}</blockquote>`,
      `<p><a href="${escapeHtml(link)}">Open the chat</a></p>`,
      '<p style="color:#6b6b70;font-size:.85rem">You get this mail because you were offline.</p>',
      '</body></html>',
    ].join('\n'),
  };
}

function linkTo(notification: Notification, publicUrl: string): string {
  return notification.channelId === null
    ? `${publicUrl}/`
    : `${publicUrl}/channels/${encodeURIComponent(notification.channelId)}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
