import { eventCatalogue } from '@chatplatform/contracts/events/catalogue';
import { subscriptions } from '@chatplatform/contracts/events/subscriptions';
import { connectEventBus } from '@chatplatform/kit/events';
import type { Logger } from '@chatplatform/kit/logger';
import { createPool, inboxMigration, inTransaction, markInInbox, migrate } from '@chatplatform/kit/postgres';

const TYPE = 'chat.message.created.v1';

export interface ObserverOptions {
  /** Of its queue and its table. */
  readonly name: string;
  readonly amqpUrl: string;
  readonly sqlUrl: string;
  readonly logger: Logger;
  /** False: handles every delivery, also the second one of an event. */
  readonly inbox: boolean;
}

/** A consumer whose effect is not idempotent: it counts. Only the inbox keeps an event that comes twice from counting twice. */
export interface Observer {
  /** How often the event of each message had its effect. */
  effects(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

export async function startObserver(options: ObserverOptions): Promise<Observer> {
  const { name } = options;
  const table = `effects_of_${name}`;
  const pool = createPool(options.sqlUrl, { max: 4 });
  const effects = { id: table, sql: `CREATE TABLE ${table} (message_id text NOT NULL)` };
  await migrate(pool, [inboxMigration, effects]);
  const bus = await connectEventBus({
    url: options.amqpUrl,
    service: name,
    logger: options.logger,
    subscriptions: { ...subscriptions, [name]: [TYPE] },
  });
  await bus.consume({
    types: [TYPE],
    async handle(event) {
      const { messageId } = eventCatalogue[TYPE].parse(event.data);
      await inTransaction(pool, async (client) => {
        if (options.inbox && !(await markInInbox(client, event.id))) return;
        await client.query(`INSERT INTO ${table} (message_id) VALUES ($1)`, [messageId]);
      });
    },
  });
  return {
    async effects() {
      const { rows } = await pool.query<{ id: string; times: string }>(
        `SELECT message_id AS id, count(*) AS times FROM ${table} GROUP BY message_id`,
      );
      return new Map(rows.map(({ id, times }) => [id, Number(times)]));
    },
    async close() {
      await bus.close();
      await pool.end();
    },
  };
}
