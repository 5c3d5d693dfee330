/** Channels dealt out to senders like cards: which of `channels` the sender speaks in, in turn. With few, they share. */
export function channelsOf(sender: number, senders: number, channels: number): readonly number[] {
  if (channels <= senders) return [sender % channels];
  return Array.from({ length: channels }, (_, channel) => channel).filter(
    (channel) => channel % senders === sender,
  );
}

/** Who speaks in the channel. */
export const sendersOf = (channel: number, senders: number, channels: number): readonly number[] =>
  Array.from({ length: senders }, (_, sender) => sender).filter((sender) =>
    channelsOf(sender, senders, channels).includes(channel),
  );
