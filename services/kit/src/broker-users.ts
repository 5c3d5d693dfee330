import { z } from 'zod';
import { errorCode } from './errors.ts';

const namedSchema = z.object({ name: z.string() });
const definitionsSchema = z.object({ users: z.array(namedSchema) });
const usersSchema = z.array(namedSchema);

/** A broker that does not answer is tried again by whoever started this. */
const TIMEOUT_MS = 15_000;

export type BrokerUsers = {
  /**
   * Makes the broker's users those of `definitions`, a document of RabbitMQ's export format. The new ones are there
   * before the others are removed. Connections of removed users are closed by the broker.
   * @throws Error that says what the broker refused
   */
  set(definitions: string): Promise<{ removed: readonly string[] }>;
};

/** The users of a RabbitMQ, over its management API (https://www.rabbitmq.com/docs/management#http-api). */
export const brokerUsers = ({
  url,
  user,
  password,
}: {
  /** `http://demo-rabbitmq:15672` */
  url: string;
  user: string;
  password: string;
}): BrokerUsers => {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const call = async (method: string, path: string, body?: string): Promise<string> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    }).catch((error: unknown) => {
      const { cause } = error as { cause?: unknown };
      throw new Error(`${url} does not answer (${errorCode(cause ?? error) || String(error)})`, {
        cause: error,
      });
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 200)}`);
    return text;
  };
  return {
    set: async (definitions) => {
      const wanted = new Set(definitionsSchema.parse(JSON.parse(definitions)).users.map(({ name }) => name));
      if (!wanted.has(user)) throw new Error(`the definitions have no user ${user}: it would remove itself`);
      await call('POST', '/api/definitions', definitions);
      const present = usersSchema.parse(JSON.parse(await call('GET', '/api/users')));
      const removed = present.map(({ name }) => name).filter((name) => !wanted.has(name));
      for (const name of removed) await call('DELETE', `/api/users/${encodeURIComponent(name)}`);
      return { removed };
    },
  };
};
