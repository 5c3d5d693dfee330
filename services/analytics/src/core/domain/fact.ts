import { createHash } from 'node:crypto';

/** What is counted. All but `channels` are also kept as a series. */
export type Metric = 'messages' | 'registrations' | 'uploads' | 'notifications' | 'channels';

/** One thing that happened, once: `eventId` is its identity wherever it is counted. */
export interface Fact {
  readonly eventId: string;
  readonly metric: Metric;
  readonly at: Date;
  /** Who sent the message; null for everything else. */
  readonly senderId: string | null;
}

/** The UTC day, `YYYY-MM-DD`. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

const SHARDS = 16;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;

export interface PointPlace {
  /** Nanoseconds since 1970, too many for a number. */
  readonly timestamp: string;
  readonly shard: string;
}

/**
 * Where a fact stands in the series. Events tell milliseconds; the nanoseconds below and one of sixteen shards come from
 * the event's id. So a redelivery overwrites its own point, while two events of one millisecond meet with a chance of
 * one in sixteen million. The id itself as a tag would make every event a series of its own.
 */
export function pointPlace({ eventId, at }: Fact): PointPlace {
  const digest = createHash('sha256').update(eventId).digest();
  const nanoseconds = digest.readUInt32BE(0) % NANOSECONDS_PER_MILLISECOND;
  const timestamp = BigInt(at.getTime()) * BigInt(NANOSECONDS_PER_MILLISECOND) + BigInt(nanoseconds);
  return { timestamp: String(timestamp), shard: String(digest.readUInt8(4) % SHARDS) };
}
