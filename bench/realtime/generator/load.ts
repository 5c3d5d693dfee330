/** Time and its passing, so that the shape of a load can be tested without waiting. */
export interface Timer {
  /** Milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** @param dueAt when the message was to be sent: waiting for a turn counts as waiting */
export type Send = (sender: number, dueAt: number) => Promise<void>;

/** Each sender sends its next message when the one before is answered, and not before the pause is over. */
export async function closedLoad(
  timer: Timer,
  { senders, pauseMs, until }: { senders: number; pauseMs: number; until: number },
  send: Send,
): Promise<void> {
  const worker = async (sender: number): Promise<void> => {
    // Spread over the pause, or all would send at the same moment for ever.
    await timer.sleep((pauseMs * sender) / senders);
    for (let now = timer.now(); now < until; now = timer.now()) {
      await send(sender, now);
      const rest = now + pauseMs - timer.now();
      if (rest > 0) await timer.sleep(rest);
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, sender) => worker(sender)));
}

/**
 * Messages are due at even distances, by each sender in turn. One that could not be sent in time is sent as soon as
 * possible and still counts from when it was due, so that a stall shows in every message it held up.
 */
export async function steadyLoad(
  timer: Timer,
  { senders, perSecond, until }: { senders: number; perSecond: number; until: number },
  send: Send,
): Promise<void> {
  const startedAt = timer.now();
  const intervalMs = 1000 / perSecond;
  const total = Math.floor((until - startedAt) / intervalMs);
  const underWay: Promise<void>[] = [];
  while (underWay.length < total) {
    const dueAt = startedAt + underWay.length * intervalMs;
    const wait = dueAt - timer.now();
    if (wait > 0) await timer.sleep(wait);
    else underWay.push(send(underWay.length % senders, dueAt));
  }
  await Promise.all(underWay);
}
