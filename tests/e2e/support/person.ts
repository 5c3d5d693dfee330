import type { Ack, ServerFrameName } from '@chatplatform/contracts/frames/socket';
import type { Account, TokenResponse } from '@chatplatform/contracts/http/auth';
import type { Channel, Message, MessagePage } from '@chatplatform/contracts/http/chat';
import type { Media } from '@chatplatform/contracts/http/media';
import { io, type Socket } from 'socket.io-client';
import { v7 as newId } from 'uuid';
import { target } from './target.ts';

export interface Answer<T> {
  status: number;
  body: T;
}

/** Somebody who uses the platform from outside: everything goes through the edge. */
export class Person {
  readonly account: Account;
  readonly accessToken: string;
  private readonly sockets: Socket[] = [];

  private constructor(tokens: TokenResponse) {
    this.account = tokens.account;
    this.accessToken = tokens.accessToken;
  }

  get id(): string {
    return this.account.id;
  }

  /** Registers under a name of its own and signs in. */
  static async register(name: string): Promise<Person & { password: string }> {
    const username = `${name}-${newId().slice(-12)}`;
    const password = `${newId()}-Secret`;
    const registered = await call<Account>('POST', '/api/v1/auth/register', {
      body: { email: `${username}@people.example`, username, displayName: name, password },
    });
    if (registered.status !== 201) throw new Error(`register answered ${JSON.stringify(registered)}`);
    return Object.assign(await Person.login(username, password), { password });
  }

  static async login(login: string, password: string): Promise<Person> {
    const tokens = await call<TokenResponse>('POST', '/api/v1/auth/login', { body: { login, password } });
    if (tokens.status !== 200) throw new Error(`login answered ${JSON.stringify(tokens)}`);
    return new Person(tokens.body);
  }

  request<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    return call<T>(method, path, { token: this.accessToken, ...(body === undefined ? {} : { body }) });
  }

  /** The body of an answer that has to be a success. */
  async expect<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.request<T>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${JSON.stringify(answer)}`);
    return answer.body;
  }

  createChannel(body: object): Promise<Channel> {
    return this.expect<Channel>('POST', '/api/v1/channels', body);
  }

  messages(channelId: string, afterSeq = 0): Promise<MessagePage> {
    return this.expect<MessagePage>(
      'GET',
      `/api/v1/channels/${channelId}/messages?afterSeq=${afterSeq}&limit=200`,
    );
  }

  async upload(picture: Buffer, contentType: string): Promise<Answer<Media>> {
    const response = await fetch(`${target.url}/api/v1/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.accessToken}`, 'content-type': contentType },
      body: new Uint8Array(picture),
    });
    return { status: response.status, body: (await response.json()) as Media };
  }

  /** Connects by Socket.IO; frames of each name are collected in the order they arrive. */
  async connect(): Promise<Connection> {
    const socket = io(target.url, {
      transports: ['websocket'],
      forceNew: true,
      auth: { token: this.accessToken },
    });
    this.sockets.push(socket);
    const connection = new Connection(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return connection;
  }

  leave(): void {
    for (const socket of this.sockets.splice(0)) socket.disconnect();
  }
}

export class Connection {
  readonly socket: Socket;
  private readonly frames = new Map<string, unknown[]>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((name: string, body: unknown) => {
      this.frames.set(name, [...(this.frames.get(name) ?? []), body]);
    });
  }

  received<T>(name: ServerFrameName): T[] {
    return (this.frames.get(name) ?? []) as T[];
  }

  async send(
    channelId: string,
    text: string,
    more: { clientMessageId?: string; mediaIds?: string[]; traceparent?: string } = {},
  ): Promise<Ack<Message>> {
    return (await this.socket.timeout(20_000).emitWithAck('message:send', {
      channelId,
      message: {
        clientMessageId: more.clientMessageId ?? newId(),
        text,
        attachments: (more.mediaIds ?? []).map((mediaId) => ({ mediaId })),
        mentions: [],
      },
      ...(more.traceparent === undefined ? {} : { traceparent: more.traceparent }),
    })) as Ack<Message>;
  }

  async request<T>(name: string, body: unknown): Promise<Ack<T>> {
    return (await this.socket.timeout(20_000).emitWithAck(name, body)) as Ack<T>;
  }
}

export async function call<T>(
  method: string,
  path: string,
  options: { token?: string; body?: unknown } = {},
): Promise<Answer<T>> {
  const response = await fetch(`${target.url}${path}`, {
    method,
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : parseJson(text)) as T };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
