/** Who is typing where: userId -> when it stops being true (ms), a channel. */
export type Typing = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** A client repeats its signal every 3 s while a person types; without a repeat it lapses. */
export const TYPING_LAPSES_AFTER_MS = 6000;

export function setTyping(
  typing: Typing,
  change: { channelId: string; userId: string; typing: boolean },
  now: number,
): Typing {
  const people = new Map(typing.get(change.channelId));
  if (change.typing) people.set(change.userId, now + TYPING_LAPSES_AFTER_MS);
  else people.delete(change.userId);
  return new Map(typing).set(change.channelId, people);
}

export function typingNow(typing: Typing, channelId: string, now: number): string[] {
  return [...(typing.get(channelId) ?? [])].filter(([, until]) => until > now).map(([userId]) => userId);
}
