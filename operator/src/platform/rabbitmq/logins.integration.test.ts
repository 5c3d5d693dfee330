import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { freePort } from '../../../../infra/local/src/stores/network.ts';
import { startRabbitmq } from '../../../../infra/local/src/stores/rabbitmq.ts';
import { LoginBench, plain } from '../../../test/login-bench.ts';
import type { Login } from '../secrets/logins.ts';
import { definitions, rabbitmqLogins } from './logins.ts';

const bench = LoginBench.use();

test('RabbitMQ takes a second user in and removes the first, while others stay connected', async () => {
  const management = await freePort();
  const file = join(bench.dir, 'definitions.json');
  await writeFile(file, definitions(plain));
  const store = await startRabbitmq(bench.context, {
    plugins: ['rabbitmq_management'],
    configuration: [
      `management.tcp.port = ${management}`,
      'management_agent.disable_metrics_collector = true',
      `load_definitions = ${file}`,
    ],
  });
  bench.endWithFile(store);
  const { port } = new URL(store.settings['AMQP_URL'] ?? '');
  const open = ({ user, password }: Login) => connect(`amqp://${user}:${password}@127.0.0.1:${port}`);
  const asAdministrator = async ({ user, password }: Login) => {
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    return (await fetch(`http://127.0.0.1:${management}/api/users`, { headers })).ok;
  };
  const letsIn = async (login: Login) => {
    if (login.user.startsWith('chatplatform-admin')) return asAdministrator(login);
    try {
      await (await open(login)).close();
      return true;
    } catch (error) {
      expect(String(error)).toMatch(/ACCESS.REFUSED|403/);
      return false;
    }
  };
  let step = 0;
  await bench.expectOnlyAccepted({
    store: 'rabbitmq',
    setup: rabbitmqLogins,
    port: management,
    letsIn,
    // A queue that the one made is another's to use.
    meanwhile: async (logins) => {
      const used = logins.find(({ user }) => !user.startsWith('chatplatform-admin'));
      step += 1;
      if (used === undefined) throw new Error('no login');
      const connection = await open(used);
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue('shared', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      channel.sendToQueue('shared', Buffer.from(String(step)));
      await channel.waitForConfirms();
      await connection.close();
    },
  });
  const wrong = rabbitmqLogins({
    ...plain,
    credentials: { ...plain.credentials, rabbitmqAdminPassword: 'another' },
  });
  const ended = await bench.apply(wrong, management);
  expect(ended).toMatchObject({ code: 1, output: expect.stringContaining('401') });
}, 120_000);
