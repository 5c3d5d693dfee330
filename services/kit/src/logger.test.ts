import { describe, expect, test } from '@jest/globals';
import { createLogger } from './logger.ts';

describe('logger', () => {
  const logged = (write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] => {
    const lines: Record<string, unknown>[] = [];
    write(
      createLogger(
        { service: 'test', level: 'info' },
        { write: (line) => void lines.push(JSON.parse(line)) },
      ),
    );
    return lines;
  };

  test('writes one object a line with the agreed fields', () => {
    const [line] = logged((logger) => logger.info({ n: 1 }, 'hello'));
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'test',
      n: 1,
      msg: 'hello',
    });
  });

  test('drops what is below its level and hides secrets', () => {
    const lines = logged((logger) => {
      logger.debug('too fine');
      logger.info({ body: { password: 'hunter2', name: 'ada' } }, 'login');
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ body: { password: '[redacted]', name: 'ada' } });
  });
});
