import {
  type Api,
  type ChatClient,
  createApi,
  createChatClient,
  createSession,
  type Session,
} from '@chatplatform/client';
import type { Ack, ServerFrameName } from '@chatplatform/contracts/frames/socket';
import type { Account } from '@chatplatform/contracts/http/auth';
import type { Channel, CreateChannelRequest, Message, MessagePage } from '@chatplatform/contracts/http/chat';
import type { Media } from '@chatplatform/contracts/http/media';
import { io, type Socket } from 'socket.io-client';
import { v7 as newId } from 'uuid';
import { target } from './target.ts';

export interface Answer<T> {
  status: number;
  body: T;
}

/**
 * Somebody who uses the platform from outside: everything goes through the edge. `api` and `chat` are what a program would
 * use; `request` and `connect` are the protocol itself, for what a well-behaved client would not do.
 */
export class Person {
  readonly account: Account;
  readonly api: Api;
  private readonly session: Session;
  private readonly sockets: Socket[] = [];
  private readonly clients: ChatClient[] = [];

  private constructor(session: Session, account: Account) {
    this.session = session;
    this.account = account;
    this.api = createApi(session);
  }

  get id(): string {
    return this.account.id;
  }

  /** Registers under a name of its own and signs in. */
  static async register(name: string): Promise<Person & { password: string }> {
    const username = `${name}-${newId().slice(-12)}`;
    const password = `${newId()}-Secret`;
    const session = createSession({ url: target.url });
    await session.register({
      email: `${username}@people.example`,
      username,
      displayName: name,
      password,
    });
    return Object.assign(Person.of(session), { password });
  }

  static async login(login: string, password: string): Promise<Person> {
    const session = createSession({ url: target.url });
    await session.logIn({ login, password });
    return Person.of(session);
  }

  private static of(session: Session): Person {
    const account = session.account();
    if (account === undefined) throw new Error('signed in without an account');
    return new Person(session, account);
  }

  async request<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const { token } = await this.session.accessToken();
    return call<T>(method, path, { token, ...(body === undefined ? {} : { body }) });
  }

  /** The body of an answer that has to be a success. */
  async expect<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.request<T>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${JSON.stringify(answer)}`);
    return answer.body;
  }

  createChannel(body: CreateChannelRequest): Promise<Channel> {
    return this.api.createChannel(body);
  }

  messages(channelId: string, afterSeq = 0): Promise<MessagePage> {
    return this.api.listMessages(channelId, { afterSeq, limit: 200 });
  }

  async upload(picture: Buffer, contentType: string): Promise<Answer<Media>> {
    const { token } = await this.session.accessToken();
    const response = await fetch(`${target.url}/api/v1/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      body: new Uint8Array(picture),
    });
    return { status: response.status, body: (await response.json()) as Media };
  }

  /** The client as programs use it, connected until `leave`. */
  chat(): ChatClient {
    const client = createChatClient({ session: this.session });
    this.clients.push(client);
    client.start();
    return client;
  }

  /** A bare Socket.IO connection; frames of each name are collected in the order they arrive. */
  async connect(): Promise<Connection> {
    const { token } = await this.session.accessToken();
    const socket = io(target.url, { transports: ['websocket'], forceNew: true, auth: { token } });
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
    for (const client of this.clients.splice(0)) client.stop();
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
