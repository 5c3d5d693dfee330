import type { Summary } from '../../measure/summary.ts';

/** What a generator process is given to do, and what it answers. Times are milliseconds unless they say otherwise. */
export interface Jobs {
  'fan-out': { readonly input: FanOutInput; readonly result: FanOutResult };
  persisted: { readonly input: PersistedInput; readonly result: PersistedResult };
  'idle-sockets': { readonly input: IdleSocketsInput; readonly result: IdleSocketsResult };
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
  readonly channelId: string;
  /** One a sender, all members of the channel. */
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
