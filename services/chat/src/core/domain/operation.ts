/** The names of what is done, unique over all channels and for ever. A client makes an id once an action. */
export const operations = {
  send: (senderId: string, clientMessageId: string): string => `send:${senderId}:${clientMessageId}`,
  change: (actorId: string, clientOperationId: string): string => `change:${actorId}:${clientOperationId}`,
  /** A message is deleted once, whoever asks. */
  remove: (messageId: string): string => `delete:${messageId}`,
  /** Of what needs no name because the state tells that it was done: the place is as unique as any. */
  unnamed: (entryId: string): string => `at:${entryId}`,
} as const;

/** Only its actor can ask for it, once: what it came to is the first result for ever, be it a refusal. */
export const isActorsOwn = (operation: string): boolean =>
  operation.startsWith('send:') || operation.startsWith('change:');
