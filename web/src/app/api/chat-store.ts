import { computed, inject, Injectable, signal } from '@angular/core';
import type { Channel, CreateChannelRequest, Message } from '@chatplatform/contracts/http/chat';
import { v7 as newId } from 'uuid';
import {
  addOutgoing,
  type Conversation,
  contiguousSeq,
  emptyConversation,
  gapAfter,
  markOutgoing,
  merge,
  startFromPage,
} from '../core/conversation.ts';
import { setTyping, type Typing, typingNow } from '../core/typing.ts';
import { Backend } from './backend.ts';
import { LiveConnection } from './live-connection.ts';
import { People } from './people.ts';
import { Session } from './session.ts';

/** What is on the screen: channels, the open conversation, who types. Events and answers go in, signals come out. */
@Injectable({ providedIn: 'root' })
export class ChatStore {
  private readonly backend = inject(Backend);
  private readonly live = inject(LiveConnection);
  private readonly people = inject(People);
  private readonly session = inject(Session);

  private readonly channelMap = signal<ReadonlyMap<string, Channel>>(new Map());
  private readonly conversations = signal<ReadonlyMap<string, Conversation>>(new Map());
  private readonly typing = signal<Typing>(new Map());
  private readonly clock = signal(Date.now());
  private readonly filling = new Map<string, Promise<void>>();

  readonly openChannelId = signal<string | undefined>(undefined);
  readonly loaded = signal(false);
  readonly channels = computed(() =>
    [...this.channelMap().values()].sort((a, b) => b.id.localeCompare(a.id)),
  );
  readonly openChannel = computed(() => this.channelMap().get(this.openChannelId() ?? ''));
  readonly openConversation = computed(() => this.conversations().get(this.openChannelId() ?? ''));
  readonly typingPeople = computed(() =>
    typingNow(this.typing(), this.openChannelId() ?? '', this.clock())
      .filter((userId) => userId !== this.session.account()?.id)
      .map((userId) => this.people.nameOf(userId)),
  );

  start(): void {
    setInterval(() => this.clock.set(Date.now()), 1000);
    this.live.open({
      connected: () => void this.catchUp(),
      messageCreated: (message) => void this.receive(message),
      typingChanged: (change) => this.typing.update((typing) => setTyping(typing, change, Date.now())),
      channelJoined: (channel) => this.putChannel(channel),
      channelLeft: (channelId) => this.forget(channelId),
      channelRead: (mark) => this.applyReadMark(mark),
    });
  }

  stop(): void {
    this.live.close();
    this.channelMap.set(new Map());
    this.conversations.set(new Map());
    this.openChannelId.set(undefined);
    this.loaded.set(false);
  }

  async open(channelId: string): Promise<void> {
    this.openChannelId.set(channelId);
    if (!this.conversations().has(channelId)) {
      const page = await this.backend.listMessages(channelId);
      this.change(channelId, (conversation) => startFromPage(conversation, page.items));
    }
    await this.markRead(channelId);
  }

  async createChannel(request: CreateChannelRequest): Promise<Channel> {
    const channel = await this.backend.createChannel(request);
    this.putChannel(channel);
    return channel;
  }

  /** Shown at once as on its way; the stored message takes its place. A failed one stays, to be sent again. */
  async send(channelId: string, text: string, mediaIds: readonly string[] = []): Promise<void> {
    const clientMessageId = newId();
    this.change(channelId, (conversation) =>
      addOutgoing(conversation, { clientMessageId, text, mediaIds, state: 'sending' }),
    );
    await this.deliver(channelId, clientMessageId);
  }

  async retry(channelId: string, clientMessageId: string): Promise<void> {
    this.change(channelId, (conversation) => markOutgoing(conversation, clientMessageId, 'sending'));
    await this.deliver(channelId, clientMessageId);
  }

  setTyping(channelId: string, typing: boolean): void {
    // A lost typing signal is worth nothing: the next one comes in seconds.
    this.live.setTyping(channelId, typing).catch(() => undefined);
  }

  private async deliver(channelId: string, clientMessageId: string): Promise<void> {
    const outgoing = this.conversations()
      .get(channelId)
      ?.outgoing.find((message) => message.clientMessageId === clientMessageId);
    if (outgoing === undefined) return;
    try {
      const message = await this.live.send(channelId, {
        clientMessageId,
        text: outgoing.text,
        attachments: outgoing.mediaIds.map((mediaId) => ({ mediaId })),
        mentions: [],
      });
      await this.receive(message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.change(channelId, (conversation) => markOutgoing(conversation, clientMessageId, 'failed', reason));
    }
  }

  private async receive(message: Message): Promise<void> {
    this.noteSeq(message);
    if (!this.conversations().has(message.channelId)) return;
    this.change(message.channelId, (conversation) => merge(conversation, [message]));
    await this.fillGap(message.channelId);
    if (message.channelId === this.openChannelId()) await this.markRead(message.channelId);
  }

  /** After every connect: channels anew, and what each known conversation missed meanwhile. */
  private async catchUp(): Promise<void> {
    const { items } = await this.backend.listChannels();
    this.channelMap.set(new Map(items.map((channel) => [channel.id, channel])));
    this.loaded.set(true);
    this.people.want(items.flatMap((channel) => (channel.peerId === null ? [] : [channel.peerId])));
    for (const [channelId, conversation] of this.conversations())
      await this.fetchAfter(channelId, contiguousSeq(conversation));
  }

  private async fillGap(channelId: string): Promise<void> {
    const conversation = this.conversations().get(channelId);
    const after = conversation === undefined ? undefined : gapAfter(conversation);
    if (after === undefined) return;
    // One fetch a channel at a time: a burst that arrives out of order asks once.
    if (!this.filling.has(channelId))
      this.filling.set(
        channelId,
        this.fetchAfter(channelId, after).finally(() => this.filling.delete(channelId)),
      );
    await this.filling.get(channelId);
  }

  private async fetchAfter(channelId: string, after: number): Promise<void> {
    let afterSeq = after;
    for (;;) {
      const page = await this.backend.listMessages(channelId, { afterSeq });
      this.change(channelId, (conversation) => merge(conversation, page.items));
      const last = page.items.at(-1)?.seq;
      if (page.complete || last === undefined) return;
      afterSeq = last;
    }
  }

  private async markRead(channelId: string): Promise<void> {
    const conversation = this.conversations().get(channelId);
    const channel = this.channelMap().get(channelId);
    const seq = conversation === undefined ? 0 : contiguousSeq(conversation);
    if (channel === undefined || seq <= channel.readSeq || !this.live.online()) return;
    await this.live.markRead(channelId, seq);
    this.applyReadMark({ channelId, userId: this.session.account()?.id ?? '', seq });
  }

  private applyReadMark(mark: { channelId: string; userId: string; seq: number }): void {
    const channel = this.channelMap().get(mark.channelId);
    if (channel === undefined || mark.userId !== this.session.account()?.id || mark.seq <= channel.readSeq)
      return;
    this.putChannel({ ...channel, readSeq: mark.seq, unreadCount: Math.max(0, channel.lastSeq - mark.seq) });
  }

  private noteSeq(message: Message): void {
    this.people.want([message.senderId]);
    const channel = this.channelMap().get(message.channelId);
    if (channel === undefined || message.seq <= channel.lastSeq) return;
    // Who writes has read: the server moves the mark as well.
    const readSeq = message.senderId === this.session.account()?.id ? message.seq : channel.readSeq;
    this.putChannel({ ...channel, lastSeq: message.seq, readSeq, unreadCount: message.seq - readSeq });
  }

  /** No longer a member: nothing of the channel stays on the screen. */
  private forget(channelId: string): void {
    const without = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([id]) => id !== channelId));
    this.channelMap.update(without);
    this.conversations.update(without);
    if (this.openChannelId() === channelId) this.openChannelId.set(undefined);
  }

  private putChannel(channel: Channel): void {
    if (channel.peerId !== null) this.people.want([channel.peerId]);
    this.channelMap.update((channels) => new Map(channels).set(channel.id, channel));
  }

  private change(channelId: string, next: (conversation: Conversation) => Conversation): void {
    this.conversations.update((all) => {
      const changed = next(all.get(channelId) ?? emptyConversation(channelId));
      this.people.want(changed.messages.map((message) => message.senderId));
      return new Map(all).set(channelId, changed);
    });
  }
}
