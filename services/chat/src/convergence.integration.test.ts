import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Message } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { newId } from '@chatplatform/kit/ids';
import { describeWithStores, startChatWorld } from './testing/chat-world.ts';
import type { ChatWorld } from './testing/chat-world.ts';

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

/** The messages as the stream alone tells, by the plainest means there are. */
function replayed(entries: readonly StreamEntry[]): Map<number, Partial<Message>> {
  const messages = new Map<number, Partial<Message> & { mentions: string[]; by: Set<string> }>();
  for (const entry of entries) {
    if (entry.type === 'message') {
      const { text, mentions } = entry.message;
      messages.set(entry.seq, { text, mentions, by: new Set() });
    }
    const target = 'messageSeq' in entry ? messages.get(entry.messageSeq) : undefined;
    if (!target) continue;
    if (entry.type === 'message-edited')
      Object.assign(target, { text: entry.text, mentions: entry.mentions });
    if (entry.type === 'message-deleted') Object.assign(target, { text: '', mentions: [], by: new Set() });
    if (entry.type === 'reaction-added') target.by.add(entry.actorId);
    if (entry.type === 'reaction-removed') target.by.delete(entry.actorId);
  }
  return new Map(
    [...messages].map(([seq, { text = '', mentions, by }]) => [
      seq,
      { text, mentions, reactions: by.size === 0 ? [] : [{ emoji: '👍', userIds: [...by].toSorted() }] },
    ]),
  );
}

/** Small and repeatable. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describeWithStores('a channel written through two Pods by everybody at once', () => {
  let world: ChatWorld;
  let people: string[] = [];

  beforeAll(async () => {
    world = await startChatWorld();
    people = await Promise.all(Array.from({ length: 4 }, () => world.person()));
  });

  afterAll(() => world.stop());

  it.each([1, 2, 3])('shows everywhere what its stream says (seed %d)', async (seed) => {
    const random = randomFrom(seed);
    const one = (): string => people[random(people.length)] ?? '';
    const [owner = '', ...others] = people;
    const { id } = await world.createGroup(owner, ...others);
    const act = (index: number): Promise<unknown> => {
      const [pod, who, seq] = [index % 2, one(), 1 + random(Math.max(1, index))];
      const clientOperationId = newId();
      switch (random(8)) {
        case 0:
          return world.ask(pod, who, `PATCH /${id}/messages/${seq}`, {
            clientOperationId,
            text: `edit ${index}`,
            mentions: [one()],
          });
        case 1:
          return world.ask(pod, who, `DELETE /${id}/messages/${seq}`);
        case 2:
        case 3:
          return world.ask(pod, who, `PUT /${id}/messages/${seq}/reactions`, {
            clientOperationId,
            emoji: '👍',
            added: random(3) > 0,
          });
        case 4:
          return world.ask(pod, who, `PUT /${id}/read`, { seq });
        default:
          return world.say(pod, who, id, { text: `text ${index}`, mentions: [one()] });
      }
    };
    for (let round = 0; round < 12; round += 1)
      await Promise.all(Array.from({ length: 10 }, (_, index) => act(round * 10 + index)));

    const entries = await world.stream(owner, id);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    const said = entries.filter(({ type }) => type === 'message').map(({ seq }) => seq);
    const shown = new Map(
      (await world.allMessages(owner, id)).map(({ seq, text, mentions, reactions }) => [
        seq,
        {
          text,
          mentions,
          reactions: reactions.map(({ emoji, userIds }) => ({ emoji, userIds: userIds.toSorted() })),
        },
      ]),
    );
    const truth = replayed(entries);
    expect(shown).toEqual(truth);
    for (const who of people) {
      for (const pod of [0, 1]) {
        const channel = await world.inListOf(who, id, pod);
        const unread = said.filter((seq) => seq > (channel?.readSeq ?? 0));
        expect(channel).toMatchObject({
          lastSeq: entries.length,
          messageCount: said.length,
          unreadCount: unread.length,
          unreadMentions: unread.filter((seq) => truth.get(seq)?.mentions?.includes(who)),
        });
      }
    }
  });
});
