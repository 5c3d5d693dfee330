import type { SendOutcome } from '../domain/delivery.ts';
import type { Email } from '../domain/email.ts';
import type { Notification } from '../domain/notification.ts';

/** Neither transport throws for what the far side says: that is an outcome. */
export interface EmailTransport {
  send(email: Email): Promise<SendOutcome>;
}

export interface PushTransport {
  send(token: string, notification: Notification): Promise<SendOutcome>;
}

export interface PresenceReader {
  /** Those of `userIds` who have a live connection. Rejects when the gateway cannot be asked. */
  online(userIds: readonly string[]): Promise<ReadonlySet<string>>;
}
