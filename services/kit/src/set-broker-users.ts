/**
 * Makes the users of a running broker those of a definitions document, neither more nor less, over RabbitMQ's management
 * API: `node ../kit/src/set-broker-users.ts` in the image of any service. The operator runs it while the broker's logins
 * are rotated. Exit code 0, or 1 with the reason.
 */
import { z } from 'zod';
import { brokerUsers } from './broker-users.ts';
import { loadConfig } from './config.ts';
import { toError } from './errors.ts';

const configSchema = z.object({
  BROKER_MANAGEMENT_URL: z.url({ protocol: /^https?$/ }),
  /** A user with the tag administrator. */
  BROKER_USER: z.string().min(1),
  BROKER_PASSWORD: z.string().min(1),
  /** The document that the broker loads at its start. */
  BROKER_DEFINITIONS: z.string().min(1),
});

try {
  const config = loadConfig(configSchema);
  const { removed } = await brokerUsers({
    url: config.BROKER_MANAGEMENT_URL,
    user: config.BROKER_USER,
    password: config.BROKER_PASSWORD,
  }).set(config.BROKER_DEFINITIONS);
  process.stdout.write(`${JSON.stringify({ msg: 'the broker has its users', removed })}\n`);
} catch (error) {
  process.stderr.write(`cannot set the users of the broker: ${toError(error).message}\n`);
  process.exitCode = 1;
}
