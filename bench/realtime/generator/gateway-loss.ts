import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as newId } from 'uuid';
import { sumOfSeries } from '../../measure/prometheus-text.ts';
import { summarise } from '../../measure/summary.ts';
import { inWorkers } from '../in-workers.ts';
import type { GatewayLossInput, GatewayLossResult } from './jobs.ts';
import { CONNECTING_AT_ONCE, LiveSocket, NO_ANSWER } from './live-socket.ts';
import { ReturningClient } from './returning-client.ts';
import { TEXT } from './text.ts';

/** For the arrivals to be told, and for what is said last to arrive. */
const SETTLE_MS = 5000;
const LOOK_MS = 50;
/** A member that has not caught up by then never will. */
const DEADLINE_MS = 180_000;

/** Kills a gateway under its members while somebody goes on talking, and waits until all have caught up elsewhere. */
export async function runGatewayLoss(input: GatewayLossInput): Promise<GatewayLossResult> {
  const { lost, survivorUrl, channelId } = input;
  const [senderToken = '', ...tokens] = input.tokens;
  const caughtUpAt = tokens.map(() => Number.NaN);
  const members = tokens.map(
    (token, index) =>
      new ReturningClient({
        token,
        channelId,
        heldUpTo: input.lastSeq,
        random: Math.random,
        onCaughtUp: () => (caughtUpAt[index] = performance.now()),
      }),
  );
  await inWorkers(CONNECTING_AT_ONCE, members, (member) => member.connect(lost.url));
  for (const member of members) member.returnTo(survivorUrl);
  const sender = await LiveSocket.connect({ url: survivorUrl, token: senderToken });
  const talk = startTalking(sender, input);
  await sleep(SETTLE_MS);

  caughtUpAt.fill(Number.NaN);
  const [queriesBefore, saidBefore] = [await storeQueries(input.metricsUrl), talk.lastSeq()];
  const killedAt = performance.now();
  process.kill(lost.pid, 'SIGKILL');
  while (caughtUpAt.some(Number.isNaN)) {
    if (performance.now() - killedAt > DEADLINE_MS)
      throw new Error(`${caughtUpAt.filter(Number.isNaN).length} members never caught up`);
    await sleep(LOOK_MS);
  }
  const queries = (await storeQueries(input.metricsUrl)) - queriesBefore;
  const messages = talk.lastSeq() - saidBefore;
  const last = await talk.end();
  await sleep(SETTLE_MS);
  for (const member of members) member.leave();
  sender.close();

  const sum = (of: (member: ReturningClient) => number): number =>
    members.reduce((total, member) => total + of(member), 0);
  return {
    caughtUp: summarise(caughtUpAt.map((at) => at - killedAt)),
    messages,
    lost: sum(({ heldUpTo }) => last - heldUpTo),
    repeated: sum(({ repeated }) => repeated),
    refused: sum(({ refused }) => refused) / members.length,
    storeQueries: queries / members.length,
  };
}

interface Talk {
  /** Of the last message that was acknowledged. */
  lastSeq(): number;
  /** @returns the seq of the last message. @throws Error when one was not acknowledged */
  end(): Promise<number>;
}

function startTalking(sender: LiveSocket, { channelId, pauseMs }: GatewayLossInput): Talk {
  let [last, ended] = [0, false];
  const talking = (async () => {
    while (!ended) {
      const message = { clientMessageId: newId(), text: TEXT };
      last = await sayUntilAcknowledged(sender, { channelId, message });
      await sleep(pauseMs);
    }
  })();
  // It is seen at the end.
  talking.catch(() => undefined);
  return {
    lastSeq: () => last,
    async end() {
      ended = true;
      await talking;
      return last;
    },
  };
}

/** As a client does: again with the same id, for as long as the platform asks for it. @returns the message's seq */
async function sayUntilAcknowledged(sender: LiveSocket, frame: object): Promise<number> {
  for (;;) {
    const answer = await sender.send('message:send', frame);
    if (answer === NO_ANSWER) continue;
    const { ok, result, error } = answer as Sent;
    if (ok) return result.seq;
    if (error.status !== 503) throw new Error(`a message was refused: ${JSON.stringify(error)}`);
    await sleep((error.retryAfterSeconds ?? 1) * 1000);
  }
}

interface Sent {
  readonly ok: boolean;
  readonly result: { readonly seq: number };
  readonly error: { readonly status: number; readonly retryAfterSeconds?: number };
}

async function storeQueries(metricsUrl: string): Promise<number> {
  const answer = await fetch(metricsUrl);
  const reads = ['find', 'aggregate', 'count', 'distinct', 'getMore'];
  return sumOfSeries(
    await answer.text(),
    'db_client_operation_duration_seconds_count',
    ({ operation = '' }) => reads.includes(operation),
  );
}
