import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as newId } from 'uuid';
import { summarise } from '../../measure/summary.ts';
import { watchCpu } from './cpu.ts';
import { type Door, openDoor } from './doors.ts';
import type { PersistedInput, PersistedResult } from './jobs.ts';
import { closedLoad, type Send, steadyLoad, type Timer } from './load.ts';

const timer: Timer = { now: () => performance.now(), sleep: (milliseconds) => sleep(milliseconds) };
/** For what was acknowledged at the very end to be received as well. */
const LAST_RECEIPTS_MS = 500;

export async function runPersisted(input: PersistedInput): Promise<PersistedResult> {
  const tally = new Tally();
  const door = await openDoor(input, (id) => tally.received(id, timer.now()));
  await load(input, input.warmUpMs, (sender) => sendOne(door, sender).then(() => undefined));

  const cpu = await watchCpu(input.servers);
  const [startedAt, deliveredBefore] = [timer.now(), door.deliveries()];
  const until = startedAt + input.durationMs;
  await load(input, input.durationMs, async (sender, dueAt) => {
    const clientMessageId = newId();
    tally.sent(clientMessageId, dueAt);
    const outcome = await sendOne(door, sender, clientMessageId);
    tally.answered(outcome, timer.now() - dueAt, timer.now() <= until);
  });
  const elapsedSeconds = (timer.now() - startedAt) / 1000;
  const used = await cpu.used();
  const deliveries = door.deliveries() - deliveredBefore;
  await sleep(LAST_RECEIPTS_MS);
  await door.close();
  return {
    acknowledgedPerSecond: tally.acknowledgedInTime / (input.durationMs / 1000),
    ack: summarise(tally.acks),
    receipt: summarise(tally.receipts),
    failures: tally.failures,
    deliveriesPerSecond: deliveries / elapsedSeconds,
    generatorProcessors: used.own / elapsedSeconds,
    cpuSeconds: used.servers,
  };
}

/** A failure of the connection is an outcome like a refusal: it is counted, and the load goes on. */
async function sendOne(door: Door, sender: number, id = newId()): Promise<string | undefined> {
  try {
    return await door.send(sender, id);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function load(input: PersistedInput, durationMs: number, send: Send): Promise<void> {
  const senders = input.tokens.length;
  const until = timer.now() + durationMs;
  return input.load.kind === 'closed'
    ? closedLoad(timer, { senders, pauseMs: input.load.pauseMs, until }, send)
    : steadyLoad(timer, { senders, perSecond: input.load.perSecond, until }, send);
}

class Tally {
  readonly acks: number[] = [];
  readonly receipts: number[] = [];
  readonly failures: Record<string, number> = {};
  acknowledgedInTime = 0;
  readonly #sent = new Map<string, number>();

  sent(clientMessageId: string, dueAt: number): void {
    this.#sent.set(clientMessageId, dueAt);
  }

  received(clientMessageId: string, now: number): void {
    const dueAt = this.#sent.get(clientMessageId);
    if (dueAt !== undefined) this.receipts.push(now - dueAt);
  }

  answered(outcome: string | undefined, tookMs: number, inTime: boolean): void {
    if (outcome === undefined) {
      this.acks.push(tookMs);
      if (inTime) this.acknowledgedInTime += 1;
    } else this.failures[outcome] = (this.failures[outcome] ?? 0) + 1;
  }
}
