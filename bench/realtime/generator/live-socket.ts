import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { inWorkers } from '../in-workers.ts';
import { decodePacket, encodeConnect, encodeEvent, PONG } from './packets.ts';

export interface LiveSocketOptions {
  /** `http://host:port` */
  readonly url: string;
  readonly token: string;
  /** Every event, as it came. */
  readonly onEvent?: (text: string) => void;
  readonly timeoutMs?: number;
}

/** An acknowledgement that did not come. */
export const NO_ANSWER = Symbol('no answer');

/** One connection as a client holds it, without what a client does with the events: see packets.ts. */
export class LiveSocket {
  readonly #socket: WebSocket;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, (body: unknown) => void>();
  #lastId = 0;
  #onEvent: (text: string) => void;
  #onClose: () => void = () => undefined;

  private constructor(socket: WebSocket, options: LiveSocketOptions) {
    this.#socket = socket;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#onEvent = options.onEvent ?? (() => undefined);
  }

  /** @throws Error when the server refuses, closes, or does not answer in time */
  static connect(options: LiveSocketOptions): Promise<LiveSocket> {
    const url = `${options.url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
    const live = new LiveSocket(socket, options);
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        reject(new Error(`no connection to ${options.url}: ${reason}`));
        socket.terminate();
      };
      const timer = setTimeout(() => fail(`no answer in ${live.#timeoutMs} ms`), live.#timeoutMs);
      socket.on('error', (error) => fail(error.message));
      socket.on('close', (code) => fail(`closed with ${code}`));
      socket.on('message', (data) => {
        const packet = decodePacket(String(data));
        if (packet.kind === 'event') live.#onEvent(packet.text);
        else if (packet.kind === 'ack') live.#answer(packet.id, packet.body);
        else if (packet.kind === 'ping') socket.send(PONG);
        else if (packet.kind === 'open') socket.send(encodeConnect({ token: options.token }));
        else if (packet.kind === 'refused') fail(`refused with ${packet.reason}`);
        else if (packet.kind === 'connected') {
          clearTimeout(timer);
          socket.removeAllListeners('close').on('close', () => live.#onClose());
          socket.removeAllListeners('error').on('error', () => undefined);
          resolve(live);
        }
      });
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  onEvent(react: (text: string) => void): void {
    this.#onEvent = react;
  }

  /** Told when the connection ends, whoever ends it. */
  onClose(react: () => void): void {
    this.#onClose = react;
  }

  /** @returns what the acknowledgement carries, or `NO_ANSWER` */
  send(name: string, body: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(id, NO_ANSWER), this.#timeoutMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#socket.send(encodeEvent(id, name, body));
    });
  }

  #answer(id: number, body: unknown): void {
    this.#waiting.get(id)?.(body);
    this.#waiting.delete(id);
  }

  close(): void {
    this.#socket.close();
  }
}

/** Handshakes under way at once: more would only wait in the server's queue. */
export const CONNECTING_AT_ONCE = 32;

/** Connects them all, spread over the servers in turn. */
export async function connectAll(
  urls: readonly string[],
  tokens: readonly string[],
): Promise<readonly LiveSocket[]> {
  const sockets: LiveSocket[] = [];
  await inWorkers(CONNECTING_AT_ONCE, tokens, async (token, index) => {
    sockets[index] = await LiveSocket.connect({ url: urls[index % urls.length] ?? '', token });
  });
  return sockets;
}

/** Waits until no event has come for a while: the arrivals of others have been told. */
export async function untilQuiet(
  sockets: readonly LiveSocket[],
  quietMs = 500,
  deadlineMs = 30_000,
): Promise<void> {
  const startedAt = performance.now();
  let lastEventAt = startedAt;
  for (const socket of sockets) socket.onEvent(() => (lastEventAt = performance.now()));
  while (performance.now() - lastEventAt < quietMs) {
    if (performance.now() - startedAt > deadlineMs)
      throw new Error('events keep coming before anything was sent');
    await sleep(50);
  }
}

/** How many are not connected any more. */
export const countClosed = (sockets: readonly LiveSocket[]): number =>
  sockets.filter((socket) => !socket.isOpen).length;
