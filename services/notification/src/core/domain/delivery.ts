/** One way one notification reaches one person: their mailbox, or one of their devices. */
export interface Delivery {
  readonly transport: 'email' | 'push';
  /** The device of a push; null for mail. */
  readonly deviceId: string | null;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** When it is tried next; null once it is delivered or failed. */
  readonly dueAt: Date | null;
  /** Why the last attempt failed. */
  readonly reason: string | null;
}

/** What a transport says of one attempt. */
export type SendOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs?: number }
  /** It will never succeed. `gone`: the address no longer exists and must be forgotten. */
  | { readonly kind: 'rejected'; readonly reason: string; readonly gone: boolean };

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly firstDelayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
}

/** Ten attempts over about two hours. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 10,
  firstDelayMs: 5_000,
  factor: 2.5,
  maxDelayMs: 1_800_000,
};

export function pendingDelivery(
  transport: Delivery['transport'],
  deviceId: string | null,
  dueAt: Date,
): Delivery {
  return { transport, deviceId, status: 'pending', attempts: 0, dueAt, reason: null };
}

/** Delay after `attempts` failures; `random` in [0, 1) spreads it over the upper half, so a herd breaks up. */
export function retryDelayMs(attempts: number, random: number, policy: RetryPolicy): number {
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.factor ** Math.max(0, attempts - 1));
  return Math.round(full * (0.5 + random / 2));
}

export function afterAttempt(
  delivery: Delivery,
  outcome: SendOutcome,
  { now, random }: { now: Date; random: number },
  policy: RetryPolicy,
): Delivery {
  const attempts = delivery.attempts + 1;
  const closed = { ...delivery, attempts, dueAt: null };
  if (outcome.kind === 'delivered') return { ...closed, status: 'delivered', reason: null };
  if (outcome.kind === 'rejected') return { ...closed, status: 'failed', reason: outcome.reason };
  if (attempts >= policy.maxAttempts) {
    return { ...closed, status: 'failed', reason: `gave up after ${attempts} attempts: ${outcome.reason}` };
  }
  const delay = Math.max(retryDelayMs(attempts, random, policy), outcome.retryAfterMs ?? 0);
  return { ...delivery, attempts, dueAt: new Date(now.getTime() + delay), reason: outcome.reason };
}

export function isDue(delivery: Delivery, now: Date): boolean {
  return delivery.status === 'pending' && delivery.dueAt !== null && delivery.dueAt <= now;
}

/** When the notification these belong to needs a worker next; null when never again. */
export function nextAttemptAt(deliveries: readonly Delivery[]): Date | null {
  const times = deliveries.flatMap((delivery) => (delivery.dueAt === null ? [] : [delivery.dueAt.getTime()]));
  return times.length === 0 ? null : new Date(Math.min(...times));
}
