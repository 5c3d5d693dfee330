import type { Device, History, Said, StoredChannel, StoredMessage } from './history.ts';

/** What must not happen. */
export const KINDS = ['lost', 'doubled', 'reordered', 'phantom', 'wrong unread'] as const;
export type Kind = (typeof KINDS)[number];

export interface Finding {
  readonly kind: Kind;
  readonly what: string;
}

/** Compares what everybody said and heard with what is stored. Empty when every promise was kept. */
export function check(history: History): Finding[] {
  const channels = new Map(history.channels.map((channel) => [channel.channelId, channel]));
  return [
    ...history.channels.flatMap((channel) => checkStream(channel)),
    ...checkSaid(history, channels),
    ...history.channels.flatMap((channel) => checkOrigin(channel, history.said)),
    ...history.devices.flatMap((device) => checkDevice(device, channels.get(device.channelId))),
    ...checkEffects(history),
  ];
}

export function countByKind(findings: readonly Finding[]): Record<Kind, number> {
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  for (const { kind } of findings) counts[kind] += 1;
  return counts;
}

const finding = (kind: Kind, what: string): Finding => ({ kind, what });
const keyOf = ({ senderId, clientMessageId }: { senderId: string; clientMessageId: string }): string =>
  `${senderId}:${clientMessageId}`;

/** The messages are dense by number, each at a place of its own, and each is there once. */
function checkStream({ channelId, messages, lastSeq }: StoredChannel): Finding[] {
  const findings: Finding[] = [];
  messages.forEach(({ seq, number, id }, index) => {
    const before = messages[index - 1];
    if (seq === before?.seq || number === before?.number)
      findings.push(finding('doubled', `two messages at the place of ${id}`));
    else if (number !== (before?.number ?? 0) + 1)
      findings.push(finding('lost', `message ${number - 1} of ${channelId} is missing before ${id}`));
    if (seq > lastSeq) findings.push(finding('phantom', `${id} lies beyond the end of its channel`));
  });
  const seen = new Set<string>();
  for (const message of messages) {
    if (seen.has(keyOf(message)))
      findings.push(finding('doubled', `"${message.text}" is stored again as ${message.id}`));
    seen.add(keyOf(message));
  }
  return findings;
}

/** Everything said is stored, as it was acknowledged, and in the order it was said. */
function checkSaid({ said }: History, channels: ReadonlyMap<string, StoredChannel>): Finding[] {
  const findings: Finding[] = [];
  const last = new Map<string, number>();
  for (const each of said) {
    const messages = channels.get(each.channelId)?.messages ?? [];
    const stored = messages.find((message) => keyOf(message) === keyOf(each));
    if (stored === undefined) {
      findings.push(finding('lost', `"${each.text}" was said${acknowledgedAs(each)} and is not stored`));
      continue;
    }
    if (each.acknowledged !== undefined && each.acknowledged.id !== stored.id)
      findings.push(
        finding(
          'phantom',
          `"${each.text}" was acknowledged as ${each.acknowledged.id}, stored as ${stored.id}`,
        ),
      );
    const sequence = `${each.senderId} in ${each.channelId}`;
    if (stored.seq < (last.get(sequence) ?? 0))
      findings.push(finding('reordered', `"${each.text}" is stored before what ${sequence} said before it`));
    last.set(sequence, Math.max(last.get(sequence) ?? 0, stored.seq));
  }
  return findings;
}

const acknowledgedAs = ({ acknowledged }: Said): string =>
  acknowledged === undefined ? '' : `, acknowledged as ${acknowledged.id},`;

/** Nothing is stored that nobody said. */
function checkOrigin({ messages }: StoredChannel, said: readonly Said[]): Finding[] {
  const texts = new Map(said.map((each) => [keyOf(each), each.text]));
  return messages.flatMap((message) =>
    texts.get(keyOf(message)) === message.text
      ? []
      : [finding('phantom', `nobody said ${message.id} "${message.text}"`)],
  );
}

/** A device was told of exactly what is stored, once and in order, and counts right. */
function checkDevice(device: Device, channel: StoredChannel | undefined): Finding[] {
  const messages = channel?.messages ?? [];
  return [
    ...checkHeard(device, messages),
    ...messages
      .filter(({ id }) => !device.heard.some((heard) => heard.id === id))
      .map(({ id }) => finding('lost', `${device.name} never heard of ${id}`)),
    ...checkReading(device, channel),
  ];
}

function checkHeard({ name, heard }: Device, stored: readonly StoredMessage[]): Finding[] {
  const findings: Finding[] = [];
  const byId = new Map(stored.map((message) => [message.id, message]));
  const seen = new Set<string>();
  let last = 0;
  for (const message of heard) {
    const truth = byId.get(message.id);
    if (truth === undefined || truth.text !== message.text || keyOf(truth) !== keyOf(message))
      findings.push(
        finding('phantom', `${name} heard ${message.id} "${message.text}", which is not stored so`),
      );
    if (seen.has(message.id)) findings.push(finding('doubled', `${name} heard ${message.id} again`));
    else if (message.seq < last)
      findings.push(finding('reordered', `${name} heard ${message.id} after ${last}`));
    seen.add(message.id);
    last = Math.max(last, message.seq);
  }
  return findings;
}

function checkReading({ name, userId, reading }: Device, channel: StoredChannel | undefined): Finding[] {
  const truth = channel?.reading.get(userId);
  const unread = (channel?.messages ?? []).filter(({ seq }) => seq > reading.readSeq).length;
  const wrong = (what: string): Finding =>
    finding('wrong unread', `${name} in ${channel?.channelId}: ${what}`);
  return [
    ...(truth?.readSeq === reading.readSeq
      ? []
      : [wrong(`read to ${reading.readSeq}, the server says ${truth?.readSeq}`)]),
    ...(reading.unreadCount === unread
      ? []
      : [wrong(`counts ${reading.unreadCount}, ${unread} are stored after its mark`)]),
    ...(truth === undefined || truth.unreadCount === reading.unreadCount
      ? []
      : [wrong(`counts ${reading.unreadCount}, the server ${truth.unreadCount}`)]),
  ];
}

/** The event of each stored message had its effect once. */
function checkEffects({ channels, effects }: History): Finding[] {
  const ids = new Set(channels.flatMap(({ messages }) => messages.map(({ id }) => id)));
  return [
    ...[...ids].flatMap((id) => {
      const times = effects.get(id) ?? 0;
      if (times === 1) return [];
      return [finding(times === 0 ? 'lost' : 'doubled', `the event of ${id} had its effect ${times} times`)];
    }),
    ...[...effects.keys()]
      .filter((id) => !ids.has(id))
      .map((id) => finding('phantom', `an event tells of ${id}, which is not stored`)),
  ];
}
