import type { Summary } from '../../measure/summary.ts';

/** What a generator process is given to do, and what it answers. Times are milliseconds unless they say otherwise. */
export interface Jobs {
  'fan-out': { readonly input: FanOutInput; readonly result: FanOutResult };
  persisted: { readonly input: PersistedInput; readonly result: PersistedResult };
  'idle-sockets': { readonly input: IdleSocketsInput; readonly result: IdleSocketsResult };
  'gateway-loss': { readonly input: GatewayLossInput; readonly result: GatewayLossResult };
  'open-channel': { readonly input: OpenChannelInput; readonly result: OpenChannelResult };
}
export type JobName = keyof Jobs;
export type Job<N extends JobName = JobName> = {
  readonly [K in N]: { readonly name: K; readonly input: Jobs[K]['input'] };
}[N];

/** By component: the leader of its process group. */
export type ProcessGroups = ReadonlyMap<string, number>;
/** By component: what it used while what counts was measured. */
export type CpuSeconds = ReadonlyMap<string, number>;

export interface FanOutInput {
  readonly urls: readonly string[];
  readonly channelId: string;
  /** One a member; the first one sends. */
  readonly tokens: readonly string[];
  readonly messages: number;
  /** Sent before those that count. */
  readonly warmUpMessages: number;
  /** From the last receipt of a message to the next one sent. */
  readonly gapMs: number;
  readonly servers: ProcessGroups;
}

export interface FanOutResult {
  /** From send to receipt, over all members and messages. */
  readonly receipt: Summary;
  /** From send to the receipt of the last member, over all messages. */
  readonly lastReceipt: Summary;
  readonly ack: Summary;
  readonly lost: number;
  readonly repeated: number;
  /** The share of one processor that the generator used while messages were under way. */
  readonly generatorProcessors: number;
  readonly cpuSeconds: CpuSeconds;
}

export interface PersistedInput {
  /** `http`: POST to the chat service. `socket`: a frame to a gateway. */
  readonly door: 'http' | 'socket';
  readonly chatUrl: string;
  readonly gatewayUrls: readonly string[];
  /** A sender takes those of its turn: the channels are dealt out to the senders like cards. */
  readonly channelIds: readonly string[];
  /** One a sender; the first is in every channel, and its socket listens. */
  readonly tokens: readonly string[];
  readonly load:
    | {
        /** Each sender has one message under way and sends the next when it is answered. */
        readonly kind: 'closed';
        /** At least so long from one send of a sender to its next. */
        readonly pauseMs: number;
      }
    | {
        /** Messages are due at a steady rate, whatever became of those before. */
        readonly kind: 'steady';
        readonly perSecond: number;
      };
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly servers: ProcessGroups;
}

export interface PersistedResult {
  /** Due in the time that counts, acknowledged before its end. */
  readonly acknowledgedPerSecond: number;
  /** From send to acknowledgement; in steady load from the moment the message was due. */
  readonly ack: Summary;
  /** To the receipt by one member's socket. */
  readonly receipt: Summary;
  /** Sends that were not acknowledged, by problem code. */
  readonly failures: Readonly<Record<string, number>>;
  readonly deliveriesPerSecond: number;
  /** The share of one processor that the generator used. */
  readonly generatorProcessors: number;
  readonly cpuSeconds: CpuSeconds;
}

export interface IdleSocketsInput {
  readonly url: string;
  readonly tokens: readonly string[];
}

/** Told when all are connected; they stay until the generator is ended. */
export interface IdleSocketsResult {
  readonly handshakesPerSecond: number;
}

export interface GatewayLossInput {
  /** Holds the members; it is killed. */
  readonly lost: { readonly url: string; readonly pid: number };
  /** Where they go then, and where the sender is all the time. */
  readonly survivorUrl: string;
  /** Of the chat service: `/metrics`. */
  readonly metricsUrl: string;
  readonly channelId: string;
  /** Of the channel: where all begin. */
  readonly lastSeq: number;
  /** The first one sends, the others are the members. */
  readonly tokens: readonly string[];
  /** From one message to the next, before, while and after the gateway is lost. */
  readonly pauseMs: number;
}

export interface GatewayLossResult {
  /** From the kill to the moment a member was connected and held everything again, over all members. */
  readonly caughtUp: Summary;
  /** Messages that were sent while members were away. */
  readonly messages: number;
  /** Entries that a member did not hold at the end, over all members. */
  readonly lost: number;
  /** Entries that came to a member more than once, over all members. */
  readonly repeated: number;
  /** Attempts to connect that failed, a member. */
  readonly refused: number;
  /** What the chat service asked its store meanwhile, a member. */
  readonly storeQueries: number;
}

export interface OpenChannelInput {
  readonly chatUrl: string;
  readonly token: string;
  readonly channelIds: readonly string[];
  /** Openings, each of another channel in turn. */
  readonly openings: number;
  readonly atOnce: number;
}

export interface OpenChannelResult {
  /** Until the last page of messages and the members with their marks were there. */
  readonly opened: Summary;
}
