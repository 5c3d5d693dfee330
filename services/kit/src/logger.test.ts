import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
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

describe('standard output', () => {
  const module = JSON.stringify(new URL('./logger.ts', import.meta.url).href);
  /** A process that logs that all is well three times, and then does this. */
  const start = (andThen: string) => {
    const script = `
      import { createLogger } from ${module};
      const logger = createLogger({ service: 'test' });
      for (const n of [1, 2, 3]) logger.info({ n }, 'fine');
      ${andThen}
    `;
    const flags = ['--input-type=module', '--no-warnings', '--eval', script];
    return spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  };
  const messages = (output: string): unknown[] =>
    output
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: unknown }).msg);

  test('has every line of a process that exits', async () => {
    expect(messages(await text(start('process.exit(1);').stdout))).toEqual(['fine', 'fine', 'fine']);
  });

  test('has a warning, and all before it, of a process that is killed right after', async () => {
    const child = start(`logger.warn('trouble'); process.kill(process.pid, 'SIGKILL');`);
    expect(messages(await text(child.stdout))).toEqual(['fine', 'fine', 'fine', 'trouble']);
  });

  test('gets what is not urgent together, and soon', async () => {
    const child = start('setTimeout(() => undefined, 600_000);');
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    expect(messages(String(first))).toEqual(['fine', 'fine', 'fine']);
  });
});
