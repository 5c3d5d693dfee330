import type { Change, Device, History, Look, Said, StoredChannel, StoredMessage } from './history.ts';

/**
 * What must not happen. `diverged`: a device shows something else than is stored. `leaked`: it was told of what happened
 * while its person was not in the channel.
 */
export const KINDS = [
  'lost',
  'doubled',
  'reordered',
  'phantom',
  'wrong unread',
  'diverged',
  'leaked',
] as const;
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
    ...history.channels.flatMap((channel) => checkOrigin(channel, history)),
    ...checkChanges(history, channels),
    ...history.devices.flatMap((device) => checkDevice(device, channels.get(device.channelId), history)),
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
    const channel = channels.get(each.channelId);
    const stored = channel?.messages.find((message) => keyOf(message) === keyOf(each));
    if (each.refused) {
      findings.push(...checkRefused(each, stored, channel));
      continue;
    }
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

/** Only who was not in the channel is refused, and then nothing is stored. */
function checkRefused(
  said: Said,
  stored: StoredMessage | undefined,
  channel: StoredChannel | undefined,
): Finding[] {
  if (stored !== undefined)
    return [finding('phantom', `"${said.text}" was refused, and stored as ${stored.id}`)];
  const wasOut = channel?.entries.some(
    ({ type, userId }) => type === 'member-removed' && userId === said.senderId,
  );
  return wasOut ? [] : [finding('lost', `"${said.text}" was refused to a member`)];
}

/** What was acknowledged of a change is in the stream, at its place. */
function checkChanges({ changes }: History, channels: ReadonlyMap<string, StoredChannel>): Finding[] {
  return changes.flatMap(({ channelId, messageSeq, type, acknowledged }) => {
    if (acknowledged === undefined) return [];
    const entry = channels.get(channelId)?.entries.find(({ seq }) => seq === acknowledged);
    if (entry?.type === type && entry.messageSeq === messageSeq) return [];
    return [
      finding(
        'lost',
        `${type} of ${channelId}:${messageSeq} was acknowledged as ${acknowledged} and is not there`,
      ),
    ];
  });
}

const acknowledgedAs = ({ acknowledged }: Said): string =>
  acknowledged === undefined ? '' : `, acknowledged as ${acknowledged.id},`;

/** Nothing is stored that nobody said, and of no message another text than somebody wanted. */
function checkOrigin(channel: StoredChannel, history: History): Finding[] {
  return channel.messages.flatMap((message) =>
    wordingsOf(message, channel, history).has(message.text)
      ? checkLastEdit(channel, message, history.changes)
      : [finding('phantom', `nobody said ${message.id} "${message.text}"`)],
  );
}

/** Every text that this message ever had, or was asked to have. */
function wordingsOf(
  message: StoredMessage & Look,
  { channelId }: StoredChannel,
  { said, changes }: History,
): ReadonlySet<string> {
  return new Set([
    ...said.filter((each) => keyOf(each) === keyOf(message)).map(({ text }) => text),
    ...changes
      .filter((change) => change.channelId === channelId && change.messageSeq === message.seq)
      .flatMap(({ text }) => text ?? []),
    ...(message.deleted ? [''] : []),
  ]);
}

/** The last edit in the stream is how the message reads, unless it is deleted. */
function checkLastEdit(
  { channelId, entries }: StoredChannel,
  { id, seq, text, deleted }: StoredMessage & Look,
  changes: readonly Change[],
): Finding[] {
  const ofIt = entries.filter(({ messageSeq }) => messageSeq === seq);
  const isDeleted = ofIt.some(({ type }) => type === 'message-deleted');
  if (isDeleted !== deleted)
    return [finding('lost', `the deletion of ${id} has no effect, or nobody did it`)];
  const last = ofIt.findLast(({ type }) => type === 'message-edited');
  const wanted = changes.find(
    (change) =>
      change.channelId === channelId &&
      change.acknowledged !== undefined &&
      change.acknowledged === last?.seq,
  );
  if (deleted || wanted === undefined || wanted.text === text) return [];
  return [finding('lost', `${id} was edited to "${wanted.text}" and reads "${text}"`)];
}

/**
 * A device of a member was told of exactly what is stored, once and in order, shows it, and counts right. One of
 * somebody who is not in the channel has heard nothing since.
 */
function checkDevice(device: Device, channel: StoredChannel | undefined, history: History): Finding[] {
  if (channel === undefined) return [];
  const leaked = [...checkHeard(device, channel, history), ...checkLeaks(device, channel)];
  if (!channel.memberIds.includes(device.userId))
    return device.looks === undefined
      ? leaked
      : [...leaked, finding('diverged', `${device.name} shows ${channel.channelId} without being in it`)];
  return [
    ...leaked,
    ...channel.messages
      .filter(({ id }) => !device.heard.some((heard) => heard.id === id))
      .map(({ id }) => finding('lost', `${device.name} never heard of ${id}`)),
    ...checkLooks(device, channel),
    ...checkReading(device, channel),
  ];
}

function checkLooks({ name, looks }: Device, { channelId, messages }: StoredChannel): Finding[] {
  if (looks === undefined) return [finding('diverged', `${name} does not show ${channelId}`)];
  const different = messages.filter((message) => !sameLook(looks.get(message.id), message));
  return different.map(({ id }) => finding('diverged', `${name} shows ${id} otherwise than it is stored`));
}

const sameLook = (shown: Look | undefined, stored: Look): boolean =>
  shown?.text === stored.text &&
  shown.deleted === stored.deleted &&
  shown.reactions.join() === stored.reactions.join();

/**
 * While somebody is out of a channel nothing of it is sent to them. Once they are in again they may be told of what
 * happened meanwhile.
 */
function checkLeaks({ name, userId, received, heard }: Device, channel: StoredChannel): Finding[] {
  return absencesOf(userId, channel).flatMap(({ after, endsAtMs }) => {
    const pushed = received.filter(({ seq, atMs }) => seq > after && atMs < endsAtMs);
    const fetched = endsAtMs === Infinity ? heard.filter(({ seq }) => seq > after) : [];
    return [...pushed, ...fetched].map(({ seq }) =>
      finding('leaked', `${name} was removed at ${after} and told of ${channel.channelId}:${seq}`),
    );
  });
}

/** From which place, and until when, the person was not in the channel. */
function absencesOf(userId: string, { entries }: StoredChannel): { after: number; endsAtMs: number }[] {
  return entries.flatMap(({ seq: after, type, userId: who }) => {
    if (type !== 'member-removed' || who !== userId) return [];
    const back = entries.find(
      (entry) => entry.seq > after && entry.type === 'member-added' && entry.userId === userId,
    );
    return [{ after, endsAtMs: back?.atMs ?? Infinity }];
  });
}

function checkHeard({ name, heard }: Device, channel: StoredChannel, history: History): Finding[] {
  const findings: Finding[] = [];
  const byId = new Map(channel.messages.map((message) => [message.id, message]));
  const seen = new Set<string>();
  let last = 0;
  for (const message of heard) {
    const truth = byId.get(message.id);
    const isTrue =
      truth !== undefined &&
      keyOf(truth) === keyOf(message) &&
      wordingsOf(truth, channel, history).has(message.text);
    if (!isTrue)
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

function checkReading({ name, userId, reading }: Device, channel: StoredChannel): Finding[] {
  const truth = channel.reading.get(userId);
  const unread = channel.messages.filter(({ seq }) => seq > reading.readSeq).length;
  const wrong = (what: string): Finding =>
    finding('wrong unread', `${name} in ${channel.channelId}: ${what}`);
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
