/** The client of the platform: see README.md. */
export { type Api, createApi, type Edit, type Placed, type Range } from './api.ts';
export {
  type ChatClient,
  type ChatClientOptions,
  createChatClient,
  type Draft,
  type Sending,
} from './chat-client.ts';
export { type ChannelLog, headOf } from './core/channel-log.ts';
export type { Channels } from './core/channels.ts';
export { describeFailure, type Failure, RequestFailed } from './core/failure.ts';
export { uuidv7 } from './core/ids.ts';
export type { Outbox, PendingSend } from './core/outbox.ts';
export type { Timeline } from './core/timeline.ts';
export { type Typing, TYPING_LAPSES_AFTER_MS, typingNow } from './core/typing.ts';
export { type Clock, systemClock } from './edge/clock.ts';
export { type Connection, type ConnectionOptions, createConnection } from './edge/connection.ts';
export { type HttpRequest } from './edge/http.ts';
export { inMemory, inStorage, type Keeper, type OutboxKeeper, type StringStorage } from './edge/keeping.ts';
export { createSession, type Session, SessionEnded, type SessionOptions } from './session.ts';
export type { ChatState } from './store.ts';
