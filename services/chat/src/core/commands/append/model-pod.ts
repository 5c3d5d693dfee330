import type { Channel } from '../../domain/channel.ts';
import type { Entry } from '../../domain/entry.ts';
import { firstMembership } from '../../domain/membership.ts';
import type { Membership } from '../../domain/membership.ts';
import { changesOf } from '../../domain/projection.ts';
import { sendMessage } from '../send-message.ts';
import { ChannelWriter } from './channel-writer.ts';
import type { Appended } from './answers.ts';
import type { EntryDraft } from './draft.ts';
import type { ModelStore } from './model-store.ts';

export const CHANNEL = '0198c000-0000-7000-8000-000000000001';

export const channelOf = (): Channel => ({
  id: CHANNEL,
  kind: 'group',
  name: 'Engine room',
  createdBy: 'ada',
  createdAt: new Date(0),
  directKey: null,
  archived: false,
  lastSeq: 0,
  messageCount: 0,
  movesSeq: 0,
  untoldMoves: [],
  pendingMemberIds: [],
});

export const memberOf = (userId: string): Membership => firstMembership(channelOf(), userId);

/** The draft that sending makes, as the command makes it. */
export function sendDraft(
  senderId: string,
  clientMessageId: string,
  text = `${senderId} says ${clientMessageId}`,
  mentions: readonly string[] = [],
): EntryDraft {
  let made: EntryDraft | undefined;
  const capture = {
    append: (draft: EntryDraft): Promise<Appended> => {
      made = draft;
      return new Promise(() => undefined);
    },
  };
  const content = { channelId: CHANNEL, senderId, clientMessageId, text, attachments: [], mentions };
  void sendMessage({ appender: capture }, { ...content, replyTo: null });
  if (!made) throw new Error('nothing was sent');
  return made;
}

export interface Pod {
  readonly writer: ChannelWriter;
  /** What it told connected clients, in order. */
  readonly announced: Entry[];
  /** Rejects when the Pod is gone: whatever was asked of it gets no answer. */
  readonly crashed: PromiseWithResolvers<never>;
}

export function startPod(store: ModelStore, step: (what: string) => Promise<void>): Pod {
  const announced: Entry[] = [];
  const writer = new ChannelWriter(CHANNEL, {
    log: store,
    clock: { now: () => new Date(0) },
    findChannel: async () => {
      await step('find channel');
      return store.channel;
    },
    standings: (_channelId, userIds) => store.standings(userIds),
    project: async (channelId, entries) => void (await store.apply(channelId, changesOf(entries))),
    onStored: (entries) => announced.push(...entries),
    onAbsorbed: () => undefined,
    onContention: () => undefined,
    pause: () => step('pause'),
    random: () => 0.5,
  });
  const crashed = Promise.withResolvers<never>();
  crashed.promise.catch(() => undefined);
  return { writer, announced, crashed };
}
