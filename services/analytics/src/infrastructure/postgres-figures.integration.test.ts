import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { migrate } from '@chatplatform/kit/postgres';
import { openSchema } from '@chatplatform/kit/testing/postgres-schema';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import type { Fact, Metric } from '../core/domain/fact.ts';
import type { DailyFigures } from '../core/ports/daily-figures.ts';
import { createPostgresFigures, migrations } from './postgres-figures.ts';

describeWith('POSTGRES_URL', 'the daily figures in PostgreSQL', (url) => {
  let schema: Awaited<ReturnType<typeof openSchema>>;
  let figures: DailyFigures;
  beforeAll(async () => {
    schema = await openSchema(url);
    await Promise.all([migrate(schema.pool, migrations), migrate(schema.pool, migrations)]);
    figures = createPostgresFigures(schema.pool);
  });
  afterAll(() => schema.dispose());

  const fact = (metric: Metric, at: string, senderId: string | null = null): Fact => ({
    eventId: newId(),
    metric,
    at: new Date(at),
    senderId,
  });

  it('count by UTC day, both ends included, with zeros between', async () => {
    const [ada, bo] = [newId(), newId()];
    await figures.add([
      fact('messages', '2026-03-01T00:00:00.000Z', ada),
      fact('messages', '2026-03-01T23:59:59.999Z', ada),
      fact('messages', '2026-03-01T12:00:00Z', bo),
      fact('registrations', '2026-03-01T12:00:00Z'),
      fact('channels', '2026-03-03T12:00:00Z'),
      fact('uploads', '2026-03-03T12:00:00Z'),
      fact('notifications', '2026-03-03T12:00:00Z'),
      fact('messages', '2026-03-04T00:00:00Z', ada),
    ]);
    const none = { messages: 0, activeSenders: 0, registrations: 0, channelsCreated: 0, uploads: 0 };
    expect(await figures.between('2026-03-01', '2026-03-03')).toEqual([
      { ...none, day: '2026-03-01', messages: 3, activeSenders: 2, registrations: 1 },
      { ...none, day: '2026-03-02' },
      { ...none, day: '2026-03-03', channelsCreated: 1, uploads: 1 },
    ]);
  });

  it('count each event once, within a group, across groups and from several writers at once', async () => {
    const day = '2026-04-01';
    const facts = Array.from({ length: 200 }, () => fact('messages', `${day}T12:00:00Z`, newId()));
    expect(await figures.add([...facts.slice(0, 10), ...facts.slice(0, 10)])).toBe(10);
    const writers = Array.from({ length: 6 }, (_, writer) => {
      const order = writer % 2 === 0 ? facts : [...facts].reverse();
      return Promise.all([0, 50, 100, 150].map((start) => figures.add(order.slice(start, start + 50))));
    });
    const fresh = (await Promise.all(writers)).flat().reduce((sum, count) => sum + count, 0);
    expect(fresh).toBe(190);
    expect(await figures.between(day, day)).toMatchObject([{ messages: 200, activeSenders: 200 }]);
  });

  it('leave no trace of a group that fails', async () => {
    const day = '2026-05-01';
    const good = fact('messages', `${day}T12:00:00Z`, newId());
    await expect(
      figures.add([good, { ...good, eventId: newId(), senderId: 'not a uuid' }]),
    ).rejects.toThrow();
    expect(await figures.between(day, day)).toMatchObject([{ messages: 0, activeSenders: 0 }]);
    expect(await figures.add([good])).toBe(1);
  });
});
