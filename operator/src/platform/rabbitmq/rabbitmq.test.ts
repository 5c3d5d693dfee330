import { expect, test } from '@jest/globals';
import { passwordHash } from './logins.ts';

test('the password hash is the one RabbitMQ documents', () => {
  // https://www.rabbitmq.com/docs/passwords#computing-password-hash
  const salt = Buffer.from('908DC60A', 'hex').toString('base64');
  expect(passwordHash('test12', salt)).toBe('kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR');
});
