import type { Pool } from 'pg';
import type { FailedLoginStore } from '../../core/ports/failed-login-store.ts';

interface CountRow {
  readonly key: string;
  readonly failures: number;
  readonly window_started_at: Date;
}

export function postgresFailedLogins(pool: Pool): FailedLoginStore {
  return {
    async counts(keys, windowFloor) {
      const { rows } = await pool.query<CountRow>(
        `SELECT key, failures, window_started_at FROM failed_logins
         WHERE key = ANY($1::text[]) AND window_started_at >= $2`,
        [keys, windowFloor],
      );
      return rows.map(({ key, failures, window_started_at }) => ({
        key,
        failures,
        windowStartedAt: window_started_at,
      }));
    },
    async recordFailure(keys, now, windowFloor) {
      // Ordered, so that two failures at once lock the rows they share in the same order.
      await pool.query(
        `INSERT INTO failed_logins AS f (key, failures, window_started_at)
         SELECT key, 1, $2 FROM unnest($1::text[]) AS key ORDER BY key
         ON CONFLICT (key) DO UPDATE SET
           failures = CASE WHEN f.window_started_at >= $3 THEN f.failures + 1 ELSE 1 END,
           window_started_at = CASE WHEN f.window_started_at >= $3 THEN f.window_started_at ELSE $2 END`,
        [keys, now, windowFloor],
      );
    },
    async clear(key) {
      await pool.query('DELETE FROM failed_logins WHERE key = $1', [key]);
    },
    async deleteStale(windowFloor) {
      await pool.query('DELETE FROM failed_logins WHERE window_started_at < $1', [windowFloor]);
    },
  };
}
