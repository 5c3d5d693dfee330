import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { expect } from '@jest/globals';
import sharp from 'sharp';
import { v7 as newId } from 'uuid';
import { administrator } from './administrator.ts';
import { eventually } from './eventually.ts';
import { Person } from './person.ts';

/** Ten requests a second. */
const EVERY_MS = 100;
/** For what was said last to arrive. */
const SETTLE_MS = 60_000;

/** What came of a time under load. */
export interface Tally {
  readonly requests: number;
  /** Messages that were acknowledged, by HTTP and by socket. */
  readonly acknowledged: number;
  /** Requests that failed, each with the time and the reason. No request is ever repeated. */
  readonly failures: readonly string[];
  /** Messages that were acknowledged and that the other did not hear, or the channel does not have. */
  readonly lost: readonly string[];
  /** Messages that the other heard more than once, or that the channel has more than once. */
  readonly doubled: readonly string[];
}

const textsOf = (entries: readonly StreamEntry[]) =>
  entries.flatMap((entry) => (entry.type === 'message' ? [entry.message.text] : []));

const moreThanOnce = (texts: readonly string[]) => [
  ...new Set(texts.filter((text, i) => texts.indexOf(text) !== i)),
];

/** A person who asks every service for something, and one who listens as programs do. */
class Load {
  readonly #failures: string[] = [];
  readonly #acknowledged: string[] = [];
  readonly #heard: StreamEntry[] = [];
  readonly #pending = new Set<Promise<void>>();
  readonly #requests: readonly (readonly [string, () => Promise<unknown>])[];
  readonly #people: readonly Person[];
  readonly #channelId: string;
  readonly #ada: Person;
  #made = 0;

  private constructor(given: {
    ada: Person & { password: string };
    bob: Person;
    channelId: string;
    pictureId: string;
    admin: Person;
  }) {
    const { ada, bob, channelId, pictureId, admin } = given;
    this.#people = [ada, bob, admin];
    this.#ada = ada;
    this.#channelId = channelId;
    const listening = bob.chat();
    listening.onEntry((entry) => this.#heard.push(entry));
    listening.follow(channelId, 0);
    const talking = ada.chat();
    const get = (who: Person, path: string) => [`GET ${path}`, () => who.expect('GET', path)] as const;
    const say = ['POST message', () => this.#say()] as const;
    const bySocket = async () => {
      const text = `by socket ${this.#made}`;
      await talking.send(channelId, { text }).stored;
      this.#acknowledged.push(text);
    };
    this.#requests = [
      say,
      get(bob, `/api/v1/channels/${channelId}/messages?afterSeq=0&limit=5`),
      say,
      get(ada, '/api/v1/users/me'),
      ['socket send', bySocket],
      say,
      get(ada, `/api/v1/media/${pictureId}`),
      get(bob, '/api/v1/notifications/preferences'),
      say,
      get(ada, '/api/v1/auth/me'),
      get(admin, '/api/v1/analytics/series?metric=messages&sinceMinutes=5'),
      ['POST login', () => Person.login(ada.account.username, ada.password)],
    ];
  }

  static async start(): Promise<Load> {
    const [ada, bob] = [await Person.register('ada'), await Person.register('bob')];
    const channel = await eventually('the chat service to know both', () =>
      ada.createChannel({ kind: 'direct', peerId: bob.id }),
    );
    const picture = await sharp({ create: { width: 40, height: 40, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    const uploaded = await ada.upload(picture, 'image/png');
    if (uploaded.status !== 201) throw new Error(`the upload answered ${uploaded.status}`);
    const admin = await administrator();
    return new Load({ ada, bob, channelId: channel.id, pictureId: uploaded.body.id, admin });
  }

  async #say(): Promise<void> {
    const text = `by request ${this.#made}`;
    await this.#ada.expect('POST', `/api/v1/channels/${this.#channelId}/messages`, {
      clientMessageId: newId(),
      text,
      attachments: [],
      mentions: [],
    });
    this.#acknowledged.push(text);
  }

  #tick(): void {
    const [name = '', request] = this.#requests[this.#made % this.#requests.length] ?? [];
    this.#made += 1;
    if (request === undefined) return;
    const at = new Date().toISOString().slice(11, 23);
    const done: Promise<void> = request()
      .then(
        () => undefined,
        (error: Error) => {
          this.#failures.push(`${at} ${name}: ${error.message} ${String(error.cause ?? '')}`);
        },
      )
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  /** One request after the other, whether or not the ones before were answered. */
  async run(signal: AbortSignal, everyMs: number): Promise<void> {
    const begun = performance.now();
    const first = this.#made;
    while (!signal.aborted) {
      this.#tick();
      const next = begun + (this.#made - first) * everyMs;
      await sleep(Math.max(0, next - performance.now()));
    }
    await Promise.all(this.#pending);
  }

  async #stored(): Promise<string[]> {
    const texts: string[] = [];
    for (let afterSeq = 0; ;) {
      const { items } = await this.#ada.messages(this.#channelId, afterSeq);
      texts.push(...items.map(({ text }) => text));
      const last = items.at(-1);
      if (last === undefined) return texts;
      afterSeq = last.seq;
    }
  }

  async tally(): Promise<Tally> {
    const unheard = () => {
      const heard = new Set(textsOf(this.#heard));
      return this.#acknowledged.filter((text) => !heard.has(text));
    };
    // What is lost is told below.
    await eventually('all to be heard', async () => (unheard().length === 0 ? true : undefined), {
      timeoutMs: SETTLE_MS,
    }).catch(() => undefined);
    const stored = await this.#stored();
    const kept = new Set(stored);
    return {
      requests: this.#made,
      acknowledged: this.#acknowledged.length,
      failures: this.#failures,
      lost: [...unheard(), ...this.#acknowledged.filter((text) => !kept.has(text))],
      doubled: [...moreThanOnce(textsOf(this.#heard)), ...moreThanOnce(stored)],
    };
  }

  leave(): void {
    for (const person of this.#people) person.leave();
  }
}

export interface RunningLoad {
  /** Ends it, and counts what came of it. */
  end(): Promise<Tally>;
  /** Ends it, whatever came of it. */
  leave(): void;
}

/** People who use the platform until they are told to end. @param everyMs from one request to the next */
export async function startLoad(everyMs: number): Promise<RunningLoad> {
  const load = await Load.start();
  const over = new AbortController();
  const running = load.run(over.signal, everyMs);
  return {
    async end() {
      over.abort();
      await running;
      return load.tally();
    },
    leave() {
      over.abort();
      load.leave();
    },
  };
}

/** Does something to the platform while people use it, and counts what came of that. */
export async function underLoad(work: () => Promise<void>): Promise<Tally> {
  const load = await startLoad(EVERY_MS);
  try {
    await work();
    return await load.end();
  } finally {
    load.leave();
  }
}

export function expectNothingLost(tally: Tally): void {
  const { requests, acknowledged, ...trouble } = tally;
  console.log(`${requests} requests, ${acknowledged} messages acknowledged`);
  expect(trouble).toEqual({ failures: [], lost: [], doubled: [] });
  expect(acknowledged).toBeGreaterThan(requests / 4);
}
