import { createTransport } from 'nodemailer';
import type { SendOutcome } from '../core/domain/delivery.ts';
import type { EmailTransport } from '../core/ports/transports.ts';

export interface SmtpTransport extends EmailTransport {
  close(): void;
}

/** @param url `smtp://` or `smtps://`, with credentials where the server wants them */
export function createSmtpTransport(options: {
  url: string;
  from: string;
  connections: number;
}): SmtpTransport {
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: options.connections,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
  });
  return {
    async send({ to, subject, text, html, messageId }) {
      try {
        await transport.sendMail({
          from: options.from,
          // As an object: a string would be parsed as a list, and an odd address would become several.
          to: { name: '', address: to },
          subject,
          text,
          html,
          messageId,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { kind: 'delivered' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** RFC 4954: the server wants a login, or a better one. That is the operator's to repair, not the mailbox's fault. */
const LOGIN_REFUSED = new Set([530, 534, 535, 538]);

/** Only what the server says for good about this mail or this mailbox ends the attempts (RFC 5321: 5yz). */
function outcomeOf(error: unknown): SendOutcome {
  if (!(error instanceof Error)) return { kind: 'retry', reason: String(error) };
  const responseCode =
    'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : 0;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const aboutThisMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  return aboutThisMail && responseCode >= 500 && !LOGIN_REFUSED.has(responseCode)
    ? { kind: 'rejected', reason: error.message, gone: false }
    : { kind: 'retry', reason: error.message };
}
