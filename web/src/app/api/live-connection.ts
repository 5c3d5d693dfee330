import { inject, Injectable, signal } from '@angular/core';
import type { Ack, ServerFrameName, SyncResult } from '@chatplatform/contracts/frames/socket';
import type { Channel, Message, SendMessageRequest } from '@chatplatform/contracts/http/chat';
import { io, type Socket } from 'socket.io-client';
import { RequestFailed, Session } from './session.ts';

export interface LiveHandlers {
  messageCreated(message: Message): void;
  typingChanged(change: { channelId: string; userId: string; typing: boolean }): void;
  channelJoined(channel: Channel): void;
  channelLeft(channelId: string): void;
  channelRead(mark: { channelId: string; userId: string; seq: number }): void;
  /** Connected, for the first time or again: whatever was missed has to be fetched. */
  connected(): void;
}

const ACK_TIMEOUT_MS = 10_000;

/** The Socket.IO connection: frames as the contracts name them, and nothing kept here that a reconnect could lose. */
@Injectable({ providedIn: 'root' })
export class LiveConnection {
  readonly online = signal(false);
  private readonly session = inject(Session);
  private socket: Socket | undefined;

  open(handlers: LiveHandlers): void {
    this.close();
    const socket = io({
      transports: ['websocket', 'polling'],
      // Asked at every attempt, so that a reconnect after an hour carries a fresh token.
      auth: (send) => void this.session.token().then((token) => send({ token })),
      randomizationFactor: 0.5,
      reconnectionDelayMax: 10_000,
    });
    this.socket = socket;
    socket.on('connect', () => {
      this.online.set(true);
      handlers.connected();
    });
    socket.on('disconnect', (reason) => {
      this.online.set(false);
      // The server's own disconnect (a token that ended, a gateway that drains) is not retried by Socket.IO.
      if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 500 + Math.random() * 1500);
    });
    const on = <T>(frame: ServerFrameName, handle: (body: T) => void) => socket.on(frame as string, handle);
    on('message:created', handlers.messageCreated);
    on('typing:changed', handlers.typingChanged);
    on('channel:joined', handlers.channelJoined);
    on<{ channelId: string }>('channel:left', ({ channelId }) => handlers.channelLeft(channelId));
    on('channel:read', handlers.channelRead);
    // The gateway knows that live delivery may have missed something: as after a reconnect, ask for what is missing.
    on('sync:required', handlers.connected);
  }

  close(): void {
    this.socket?.disconnect();
    this.socket = undefined;
    this.online.set(false);
  }

  send(channelId: string, message: SendMessageRequest): Promise<Message> {
    return this.request<Message>('message:send', { channelId, message });
  }

  sync(channelId: string, afterSeq: number): Promise<SyncResult> {
    return this.request<SyncResult>('channel:sync', { channelId, afterSeq });
  }

  async markRead(channelId: string, seq: number): Promise<void> {
    await this.request('channel:read', { channelId, seq });
  }

  async setTyping(channelId: string, typing: boolean): Promise<void> {
    if (this.online()) await this.request('typing:set', { channelId, typing });
  }

  private async request<T>(frame: string, body: unknown): Promise<T> {
    if (this.socket === undefined) throw new RequestFailed('Not connected.');
    const ack = (await this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck(frame, body)) as Ack<T>;
    if (!ack.ok) throw new RequestFailed(ack.error.detail ?? ack.error.title);
    return ack.result;
  }
}
