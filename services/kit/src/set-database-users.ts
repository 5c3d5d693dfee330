/**
 * Makes the platform's users of a running MongoDB those it is given, neither more nor less: `node
 * ../kit/src/set-database-users.ts` in the image of any service. The operator runs it while the logins of the database are
 * rotated. Exit code 0, or 1 with the reason.
 */
import { MongoClient } from 'mongodb';
import { z } from 'zod';
import { loadConfig } from './config.ts';
import { setDatabaseUsers } from './database-users.ts';
import { toError } from './errors.ts';
import { acceptedUsers, knownUsers } from './user-lists.ts';

const configSchema = z.object({
  /** `host:port` */
  DATABASE_HOST: z.string().min(1),
  /** One of those who are to stay. */
  DATABASE_USER: z.string().min(1),
  DATABASE_PASSWORD: z.string().min(1),
  DATABASE_USERS: acceptedUsers,
  DATABASE_KNOWN_USERS: knownUsers,
});

/** A server that does not answer is tried again by whoever started this. */
const TIMEOUT_MS = 15_000;

try {
  const config = loadConfig(configSchema);
  const client = new MongoClient(`mongodb://${config.DATABASE_HOST}/?authSource=admin`, {
    auth: { username: config.DATABASE_USER, password: config.DATABASE_PASSWORD },
    serverSelectionTimeoutMS: TIMEOUT_MS,
  });
  try {
    const { removed } = await setDatabaseUsers(client.db('admin'), {
      accepted: config.DATABASE_USERS,
      known: config.DATABASE_KNOWN_USERS,
    });
    process.stdout.write(`${JSON.stringify({ msg: 'the database has its users', removed })}\n`);
  } finally {
    await client.close();
  }
} catch (error) {
  process.stderr.write(`cannot set the users of the database: ${toError(error).message}\n`);
  process.exitCode = 1;
}
