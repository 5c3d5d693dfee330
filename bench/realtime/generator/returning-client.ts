import { setTimeout as sleep } from 'node:timers/promises';
import { LiveSocket, NO_ANSWER } from './live-socket.ts';
import { isEvent, numberField, stringField } from './packets.ts';

/** As the client library waits: services/client/src/edge/connection.ts. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const PAGE = 500;

export interface ReturningClientOptions {
  readonly token: string;
  readonly channelId: string;
  /** It holds the channel up to here. */
  readonly heldUpTo: number;
  /** 0 <= x < 1 */
  readonly random: () => number;
  /** Told each time it holds all that was stored when it asked, after it has connected. */
  readonly onCaughtUp: () => void;
}

interface Synced {
  readonly ok: boolean;
  readonly result: {
    readonly channels: readonly [{ entries: readonly { seq: number }[]; complete: boolean }];
  };
}

/** As much of a client as shows what is lost: it holds one channel's stream, comes back, and fetches what it missed. */
export class ReturningClient {
  readonly #options: ReturningClientOptions;
  #socket: LiveSocket | undefined;
  /** Everything up to here. */
  #heldUpTo: number;
  /** Of what came before its turn. */
  readonly #early = new Set<number>();
  #repeated = 0;
  #refused = 0;
  #leaving = false;

  constructor(options: ReturningClientOptions) {
    this.#options = options;
    this.#heldUpTo = options.heldUpTo;
  }

  get heldUpTo(): number {
    return this.#heldUpTo;
  }

  /** Entries that came more than once; a client drops them by their seq. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Attempts to connect that failed. */
  get refused(): number {
    return this.#refused;
  }

  /** @throws Error when it is refused or the channel cannot be fetched */
  async connect(url: string): Promise<void> {
    const { token, onCaughtUp } = this.#options;
    this.#socket = await LiveSocket.connect({ url, token, onEvent: (text) => this.#hear(text) });
    await this.#sync(this.#socket);
    onCaughtUp();
  }

  /** From now on it goes there whenever its connection is lost. */
  returnTo(url: string): void {
    this.#socket?.onClose(() => void this.#comeBack(url));
  }

  leave(): void {
    this.#leaving = true;
    this.#socket?.close();
  }

  async #comeBack(url: string): Promise<void> {
    for (let failures = 0; !this.#leaving; failures += 1) {
      const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
      await sleep((ceiling / 2) * (1 + this.#options.random()));
      try {
        await this.connect(url);
        this.returnTo(url);
        return;
      } catch {
        this.#socket?.close();
        this.#refused += 1;
      }
    }
  }

  async #sync(socket: LiveSocket): Promise<void> {
    const { channelId } = this.#options;
    for (let complete = false; !complete;) {
      const request = { channels: [{ channelId, afterSeq: this.#heldUpTo }], limit: PAGE };
      const answer = await socket.send('channels:sync', request);
      if (answer === NO_ANSWER || !(answer as Synced).ok)
        throw new Error(`no sync: ${JSON.stringify(answer)}`);
      const [channel] = (answer as Synced).result.channels;
      for (const { seq } of channel.entries) this.#hold(seq);
      complete = channel.complete;
    }
  }

  #hear(text: string): void {
    if (!isEvent(text, 'message:created') && !isEvent(text, 'channel:entry')) return;
    if (stringField(text, 'channelId') === this.#options.channelId) this.#hold(numberField(text, 'seq'));
  }

  #hold(seq: number): void {
    if (seq <= this.#heldUpTo || this.#early.has(seq)) {
      this.#repeated += 1;
      return;
    }
    this.#early.add(seq);
    while (this.#early.delete(this.#heldUpTo + 1)) this.#heldUpTo += 1;
  }
}
