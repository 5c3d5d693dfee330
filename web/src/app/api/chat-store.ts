import { computed, inject, Injectable, signal } from '@angular/core';
import {
  type ChatClient,
  type ChatState,
  createChatClient,
  inStorage,
  typingNow,
} from '@chatplatform/client';
import type { Channel, CreateChannelRequest } from '@chatplatform/contracts/http/chat';
import { People } from './people.ts';
import { Session } from './session.ts';

/** What is on the screen: the client's state as signals. What connects, sends and catches up is the client's business. */
@Injectable({ providedIn: 'root' })
export class ChatStore {
  private readonly people = inject(People);
  private readonly session = inject(Session);
  private readonly state = signal<ChatState | undefined>(undefined);
  private readonly clock = signal(Date.now());
  private client: ChatClient | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;

  readonly openChannelId = signal<string | undefined>(undefined);
  readonly online = computed(() => this.state()?.online ?? false);
  readonly loaded = computed(() => this.state()?.loaded ?? false);
  readonly channels = computed(() =>
    [...(this.state()?.channels.values() ?? [])].sort((a, b) => b.id.localeCompare(a.id)),
  );
  readonly openTimeline = computed(() => this.state()?.timelines.get(this.openChannelId() ?? ''));
  readonly outgoing = computed(
    () => this.state()?.outbox.sends.filter(({ channelId }) => channelId === this.openChannelId()) ?? [],
  );
  readonly typingPeople = computed(() =>
    typingNow(this.state()?.typing ?? new Map(), this.openChannelId() ?? '', this.clock())
      .filter((userId) => userId !== this.session.account()?.id)
      .map((userId) => this.people.nameOf(userId)),
  );

  start(): void {
    const userId = this.session.account()?.id ?? '';
    // A key a person: what one left unsent in this tab is not for the next one to send.
    const outbox = inStorage<ChatState['outbox']['sends']>(sessionStorage, `chatplatform.outbox.${userId}`);
    this.client = createChatClient({ session: this.session.tokens, outbox });
    this.client.subscribe((state) => this.show(state));
    this.client.start();
    this.ticking = setInterval(() => this.clock.set(Date.now()), 1000);
  }

  stop(): void {
    clearInterval(this.ticking);
    this.client?.stop();
    this.client = undefined;
    this.state.set(undefined);
    this.openChannelId.set(undefined);
  }

  async open(channelId: string): Promise<void> {
    this.openChannelId.set(channelId);
    await this.running().open(channelId);
    this.running().markRead(channelId);
  }

  createChannel(request: CreateChannelRequest): Promise<Channel> {
    return this.running().createChannel(request);
  }

  send(channelId: string, text: string, mediaIds: readonly string[] = []): void {
    this.running().send(channelId, { text, mediaIds });
  }

  retry(clientMessageId: string): void {
    this.running().retry(clientMessageId);
  }

  discard(clientMessageId: string): void {
    this.running().discard(clientMessageId);
  }

  setTyping(channelId: string, typing: boolean): void {
    this.client?.setTyping(channelId, typing);
  }

  private show(state: ChatState): void {
    this.state.set(state);
    const open = this.openChannelId();
    const timeline = state.timelines.get(open ?? '');
    this.people.want([
      ...[...state.channels.values()].flatMap(({ peerId }) => (peerId === null ? [] : [peerId])),
      ...(timeline?.messages.map(({ senderId }) => senderId) ?? []),
    ]);
    if (open === undefined) return;
    if (timeline !== undefined) this.client?.markRead(open);
    // No longer a member: nothing of the channel stays on the screen.
    else if (state.loaded && !state.channels.has(open)) this.openChannelId.set(undefined);
  }

  private running(): ChatClient {
    if (this.client === undefined) throw new Error('You are signed out. Sign in to go on.');
    return this.client;
  }
}
