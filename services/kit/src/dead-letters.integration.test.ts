import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { invalid } from './errors.ts';
import type { CloudEvent } from './events.ts';
import { eventually } from './testing/eventually.ts';
import { runProgram } from './testing/program.ts';
import { describeWith } from './testing/require-store.ts';
import { sampleEvent, useBroker } from './testing/use-broker.ts';

const cwd = fileURLToPath(new URL('..', import.meta.url));

describeWith('AMQP_URL', 'dead letters on RabbitMQ', (url) => {
  const { fixture, start, deadLetters } = useBroker(url);

  const run = async (...args: string[]) => {
    const program = runProgram({
      cwd,
      args: ['src/replay-dead-letters.ts', ...args],
      env: { AMQP_URL: url },
    });
    const code = await program.exited;
    const lines = program.output().trim().split('\n');
    return { code, output: program.output(), lines: code === 0 ? lines.map((line) => JSON.parse(line)) : [] };
  };

  /** A consumer that can handle nothing until it is repaired, and another of the same events that always can. */
  const setUp = async (subjects: readonly string[]) => {
    const { service, type } = fixture();
    const healthy = fixture();
    const seen: string[] = [];
    const seenElsewhere: string[] = [];
    const state = { broken: true };
    const bus = await start({ service });
    await bus.consume({
      types: [type],
      async handle({ subject }) {
        if (state.broken) throw invalid('thing.invalid', 'not understood');
        seen.push(subject);
      },
    });
    const other = await start({ service: healthy.service });
    await other.consume({ types: [type], handle: async ({ subject }) => void seenElsewhere.push(subject) });
    const events = subjects.map((subject) => sampleEvent(type, subject));
    for (const event of events) await bus.publish(event);
    await eventually(
      () => deadLetters(service),
      ({ messageCount }) => messageCount === events.length,
    );
    return { service, events, seen, seenElsewhere, repair: () => (state.broken = false) };
  };
  const idOf = (events: readonly CloudEvent[], index: number): string => events[index]?.id ?? '';

  test('go back to the consumer that could not handle them, in their order, and to no other', async () => {
    const { service, events, seen, seenElsewhere, repair } = await setUp(['a', 'b', 'c']);
    repair();
    const { code, lines } = await run('--queue', `${service}.dead`);
    expect(code).toBe(0);
    expect(lines).toEqual([
      ...events.map(({ id, type, subject, time }) => ({
        id,
        type,
        subject,
        time,
        reason: 'rejected',
        replayed: true,
      })),
      { replayed: 3 },
    ]);
    await eventually(
      () => seen.length,
      (count) => count === 3,
    );
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(seenElsewhere).toEqual(['a', 'b', 'c']);
    expect((await deadLetters(service)).messageCount).toBe(0);
  });

  test('of which some are chosen leave the others where they are', async () => {
    const { service, events, seen, repair } = await setUp(['a', 'b', 'c', 'd']);
    repair();
    const { lines } = await run(
      '--queue',
      `${service}.dead`,
      '--id',
      idOf(events, 1),
      '--id',
      idOf(events, 3),
    );
    expect(lines.at(-1)).toEqual({ replayed: 2 });
    await eventually(
      () => seen.length,
      (count) => count === 2,
    );
    expect(seen).toEqual(['b', 'd']);
    const left = await run('--queue', `${service}.dead`, '--dry-run');
    expect(left.lines.map(({ subject }: { subject?: string }) => subject)).toEqual(['a', 'c', undefined]);
  });

  test('are only told of by a dry run, however often', async () => {
    const { service, events, seen, repair } = await setUp(['a', 'b']);
    repair();
    for (let times = 0; times < 3; times += 1) {
      const { lines } = await run('--queue', `${service}.dead`, '--dry-run');
      expect(lines.at(-1)).toEqual({ wouldReplay: 2 });
      expect(lines[0]).toMatchObject({ id: idOf(events, 0), reason: 'rejected', replayed: false });
    }
    expect(seen).toEqual([]);
    const { messageCount, body } = await deadLetters(service);
    expect([messageCount, JSON.parse(body ?? '')]).toEqual([2, events[0]]);
  });

  test('that die again are dead letters again', async () => {
    const { service } = await setUp(['a']);
    expect((await run('--queue', `${service}.dead`)).lines.at(-1)).toEqual({ replayed: 1 });
    await eventually(
      () => deadLetters(service),
      ({ messageCount }) => messageCount === 1,
    );
  });

  test.each([
    [[], '--queue must name'],
    [['--queue', 'chat.events'], '--queue must name'],
    [['--queue', 'nobody-here.dead'], 'there is no queue nobody-here.dead'],
    [['--queue', 'nobody-here.dead', '--force'], "Unknown option '--force'"],
  ])('say what is wrong with %j', async (args, message) => {
    const { code, output } = await run(...args);
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(output).toContain('usage: replay-dead-letters');
  });

  test('say which ids are not among them', async () => {
    const { service } = await setUp(['a']);
    const { code, output } = await run('--queue', `${service}.dead`, '--id', 'no-such');
    expect([code, output]).toEqual([1, expect.stringContaining('1 of the ids given are not among')]);
    expect((await deadLetters(service)).messageCount).toBe(1);
  });
});
