import { inboxMigration, inTransaction } from '@chatplatform/kit/postgres';
import type { Migration } from '@chatplatform/kit/postgres';
import type { Pool, PoolClient } from 'pg';
import { incrementOf } from '../core/domain/daily.ts';
import type { DailyIncrement } from '../core/domain/daily.ts';
import type { Fact } from '../core/domain/fact.ts';
import type { DailyFigure, DailyFigures } from '../core/ports/daily-figures.ts';

export const migrations: readonly Migration[] = [
  inboxMigration,
  {
    id: 'analytics-1-daily-figures',
    sql: `CREATE TABLE daily_counts (
      day date NOT NULL,
      metric text NOT NULL,
      count bigint NOT NULL,
      PRIMARY KEY (day, metric)
    );
    CREATE TABLE daily_senders (
      day date NOT NULL,
      user_id uuid NOT NULL,
      PRIMARY KEY (day, user_id)
    )`,
  },
];

export function createPostgresFigures(pool: Pool): DailyFigures {
  return {
    add: (facts) =>
      inTransaction(pool, async (client) => {
        const fresh = await markAllInInbox(client, facts);
        if (fresh.length > 0) await addIncrement(client, incrementOf(fresh));
        return fresh.length;
      }),
    async between(from, to) {
      const { rows } = await pool.query<Record<keyof DailyFigure, string>>(BETWEEN, [from, to]);
      return rows.map(({ day, ...figures }) => ({ day, ...numbersOf(figures) }));
    },
  };
}

/**
 * The facts not counted before, each once. All of a group in one statement; in order, so that two replicas that get the
 * same events do not wait for one another in a circle.
 */
async function markAllInInbox(client: PoolClient, facts: readonly Fact[]): Promise<Fact[]> {
  const byId = new Map(facts.map((fact) => [fact.eventId, fact]));
  const { rows } = await client.query<{ event_id: string }>(
    'INSERT INTO inbox (event_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id',
    [[...byId.keys()].sort()],
  );
  return rows.flatMap(({ event_id }) => byId.get(event_id) ?? []);
}

async function addIncrement(client: PoolClient, { counts, senders }: DailyIncrement): Promise<void> {
  await client.query(
    `INSERT INTO daily_counts (day, metric, count)
     SELECT * FROM unnest($1::date[], $2::text[], $3::bigint[])
     ON CONFLICT (day, metric) DO UPDATE SET count = daily_counts.count + excluded.count`,
    [counts.map(({ day }) => day), counts.map(({ metric }) => metric), counts.map(({ count }) => count)],
  );
  if (senders.length === 0) return;
  await client.query(
    `INSERT INTO daily_senders (day, user_id)
     SELECT * FROM unnest($1::date[], $2::uuid[]) ON CONFLICT DO NOTHING`,
    [senders.map(({ day }) => day), senders.map(({ userId }) => userId)],
  );
}

const BETWEEN = `
  WITH days AS (SELECT generate_series($1::date, $2::date, interval '1 day')::date AS day),
  counts AS (
    SELECT day,
      sum(count) FILTER (WHERE metric = 'messages') AS messages,
      sum(count) FILTER (WHERE metric = 'registrations') AS registrations,
      sum(count) FILTER (WHERE metric = 'channels') AS channels_created,
      sum(count) FILTER (WHERE metric = 'uploads') AS uploads
    FROM daily_counts WHERE day BETWEEN $1 AND $2 GROUP BY day),
  senders AS (SELECT day, count(*) AS active FROM daily_senders WHERE day BETWEEN $1 AND $2 GROUP BY day)
  SELECT to_char(days.day, 'YYYY-MM-DD') AS "day",
    coalesce(counts.messages, 0) AS "messages",
    coalesce(senders.active, 0) AS "activeSenders",
    coalesce(counts.registrations, 0) AS "registrations",
    coalesce(counts.channels_created, 0) AS "channelsCreated",
    coalesce(counts.uploads, 0) AS "uploads"
  FROM days LEFT JOIN counts USING (day) LEFT JOIN senders USING (day) ORDER BY days.day`;

/** PostgreSQL's sums come as text, for they may outgrow a number; ours do not. */
function numbersOf(figures: Record<Exclude<keyof DailyFigure, 'day'>, string>): Omit<DailyFigure, 'day'> {
  return {
    messages: Number(figures.messages),
    activeSenders: Number(figures.activeSenders),
    registrations: Number(figures.registrations),
    channelsCreated: Number(figures.channelsCreated),
    uploads: Number(figures.uploads),
  };
}
