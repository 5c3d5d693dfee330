import { describe, expect, test } from '@jest/globals';
import { createLogger } from './logger.ts';
import { stopInReverse } from './service.ts';
import { startFixture } from './testing/child.ts';
import { eventually } from './testing/eventually.ts';

const logger = createLogger({ service: 'test', level: 'silent' });

describe('stopInReverse', () => {
  test('stops what was built last first, and the rest although one fails', async () => {
    const stopped: string[] = [];
    const hooks = [
      () => void stopped.push('first'),
      () => Promise.reject(new Error('cannot')),
      async () => void stopped.push('last'),
    ];
    expect(await stopInReverse(hooks, { graceMs: 1_000, logger })).toBe(false);
    expect(stopped).toEqual(['last', 'first']);
  });

  test('gives up on a part that hangs', async () => {
    expect(await stopInReverse([() => new Promise(() => undefined)], { graceMs: 50, logger })).toBe(false);
  });
});

describe('a service process', () => {
  const run = (behaviour: string, env: Record<string, string> = {}) =>
    startFixture('lifecycle.ts', { env: { BEHAVIOUR: behaviour, CONFIG_DIRS: '', ...env } });
  const messages = (lines: readonly string[]) =>
    lines.map((line) => JSON.parse(line) as { level: string; msg: string });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 on %s, everything stopped',
    async (signal) => {
      const service = run('run');
      await eventually(
        () => service.lines.length,
        (n) => n >= 1,
      );
      service.kill(signal);
      expect(await service.exited).toEqual({ code: 0, signal: null });
      const told = messages(service.lines).map(({ msg }) => msg);
      // A pipe that is full for a moment makes the logger write a line late: only the order of the parts is promised.
      expect(told.filter((msg) => msg === 'first' || msg === 'second')).toEqual(['second', 'first']);
      expect(told).toEqual(expect.arrayContaining(['started', 'stopping', 'stopped']));
    },
    20_000,
  );

  test('ends on SIGTERM also while its modules load', async () => {
    const service = startFixture('long-to-load.ts', { traced: true });
    await eventually(
      () => service.lines,
      (lines) => lines.includes('loading'),
    );
    service.kill('SIGTERM');
    expect(await service.exited).toEqual({ code: 0, signal: null });
  }, 20_000);

  test('names a wrong setting', async () => {
    const service = run('run', { SHUTDOWN_GRACE_SECONDS: 'soon' });
    expect((await service.exited).code).toBe(1);
    expect(messages(service.lines).map(({ msg }) => msg)).toContainEqual(
      expect.stringContaining('SHUTDOWN_GRACE_SECONDS'),
    );
  }, 20_000);

  test('a rejection nobody handles is fatal and logged', async () => {
    const service = run('reject');
    expect((await service.exited).code).toBe(1);
    expect(messages(service.lines).at(-1)).toMatchObject({
      level: 'fatal',
      msg: expect.stringContaining('unhandled rejection'),
    });
  }, 20_000);

  test('exits, with 1, when a part does not stop in time', async () => {
    const service = run('hang', { SHUTDOWN_GRACE_SECONDS: '1' });
    await eventually(
      () => service.lines.length,
      (n) => n >= 1,
    );
    service.kill('SIGTERM');
    expect(await service.exited).toEqual({ code: 1, signal: null });
  }, 20_000);
});
