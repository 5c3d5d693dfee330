/**
 * Puts dead letters back into their consumer's queue; runs in the image of any service, with its configuration:
 * `node ../kit/src/replay-dead-letters.ts --queue notification.dead [--id <event id> ...] [--dry-run]`
 * One line of JSON an event, then one that sums up. Exit code 0, or 1 with the reason.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { commonConfig, loadConfig } from './config.ts';
import { replayDeadLetters } from './dead-letters.ts';
import { errorCode, toError } from './errors.ts';

const USAGE = 'usage: replay-dead-letters --queue <service>.dead [--id <event id> ...] [--dry-run]';
const QUEUE = /^([a-z][a-z0-9-]*)\.dead$/;
const NOT_FOUND = '404';

const optionsOf = (args: string[]): { service: string; ids?: string[]; dryRun: boolean } => {
  const { values } = parseArgs({
    args,
    options: {
      queue: { type: 'string' },
      id: { type: 'string', multiple: true },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const service = QUEUE.exec(values.queue ?? '')?.[1];
  if (service === undefined)
    throw new Error('--queue must name a queue of dead letters, such as notification.dead');
  return { service, dryRun: values['dry-run'], ...(values.id === undefined ? {} : { ids: values.id }) };
};

const print = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const main = async (): Promise<void> => {
  const { service, ids, dryRun } = optionsOf(process.argv.slice(2));
  const { AMQP_URL: url } = loadConfig(z.object({ AMQP_URL: commonConfig.AMQP_URL }));
  const count = await replayDeadLetters({
    url,
    service,
    dryRun,
    onLetter: print,
    ...(ids === undefined ? {} : { ids }),
  }).catch((error: unknown) => {
    throw errorCode(error) === NOT_FOUND
      ? new Error(`there is no queue ${service}.dead: name one of a service that consumes events`)
      : error;
  });
  const missing = ids === undefined ? 0 : new Set(ids).size - count;
  if (missing > 0) throw new Error(`${missing} of the ids given are not among the dead letters`);
  print(dryRun ? { wouldReplay: count } : { replayed: count });
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${toError(error).message}\n${USAGE}\n`);
  process.exitCode = 1;
}
