import { beforeAll, expect, it } from '@jest/globals';
import { BucketsAPI, SignoutAPI } from '@influxdata/influxdb-client-apis';
import { newId } from '@chatplatform/kit/ids';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import type { Fact, Metric } from '../core/domain/fact.ts';
import { windowRange } from '../core/domain/windows.ts';
import { TEST_LOGIN, openBucket } from '../testing/influx.ts';
import { openInflux } from './influx-connection.ts';
import { checkBucket, createInfluxSeries } from './influx-series.ts';
import { setUpInflux } from './influx-setup.ts';

describeWith('INFLUX_URL', 'the series in InfluxDB', (url) => {
  let bucket: Awaited<ReturnType<typeof openBucket>>;
  beforeAll(async () => {
    bucket = await openBucket(url);
  });

  const now = new Date();
  const fact = (metric: Metric, secondsAgo: number): Fact => ({
    eventId: newId(),
    metric,
    at: new Date(now.getTime() - secondsAgo * 1000),
    senderId: null,
  });
  const total = (counted: ReadonlyMap<number, number>): number =>
    [...counted.values()].reduce((a, b) => a + b, 0);

  it('count every fact once though it is written again, apart by metric and window', async () => {
    const series = createInfluxSeries(bucket.influx, bucket.options);
    const facts = Array.from({ length: 500 }, (_, index) => fact('messages', (index % 300) + 1));
    await series.write([...facts, fact('uploads', 5)]);
    await series.write(facts);
    const range = windowRange(now, 10, 60);
    const counted = await series.count('messages', range);
    expect(total(counted)).toBe(500);
    for (const [start, count] of counted) {
      const inWindow = facts.filter(({ at }) => at.getTime() >= start && at.getTime() < start + 60_000);
      expect(count).toBe(inWindow.length);
    }
    expect(total(await series.count('uploads', range))).toBe(1);
    expect(await series.count('registrations', range)).toEqual(new Map());
  });

  it('are kept as long as asked, and for ever again', async () => {
    const setUp = (retentionSeconds: number | undefined) =>
      setUpInflux(bucket.influx, { ...bucket.options, retentionSeconds });
    const { org, bucket: name } = bucket.options;
    const kept = async () => {
      const { buckets = [] } = await bucket.influx.run((connection) =>
        new BucketsAPI(connection).getBuckets({ org, name }),
      );
      return buckets[0]?.retentionRules[0]?.everySeconds ?? 0;
    };
    expect(await kept()).toBe(0);
    await setUp(30 * 86_400);
    expect(await kept()).toBe(30 * 86_400);
    await setUp(undefined);
    expect(await kept()).toBe(30 * 86_400);
    await setUp(0);
    expect(await kept()).toBe(0);
  });

  it('are durable and seen as soon as a write resolves', async () => {
    const series = createInfluxSeries(bucket.influx, bucket.options);
    for (let round = 1; round <= 5; round += 1) {
      await series.write([fact('notifications', 1)]);
      expect(total(await series.count('notifications', windowRange(now, 10, 60)))).toBe(round);
    }
  });

  it('reject with a failure that passes when the server is away, the login wrong or the bucket gone', async () => {
    const { options } = bucket;
    const broken = [
      { ...options, url: 'http://127.0.0.1:1' },
      { ...options, login: { token: 'wrong' } },
      { ...options, login: { username: 'admin', password: 'another-password' } },
      { ...options, bucket: 'none' },
    ];
    for (const wrong of broken) {
      const series = createInfluxSeries(openInflux(wrong), wrong);
      await expect(series.write([fact('messages', 1)])).rejects.toMatchObject({ kind: 'unavailable' });
    }
  });

  const bySession = 'username' in TEST_LOGIN ? it : it.skip;
  bySession('are written and read in a new session when the one there was has ended', async () => {
    const influx = openInflux(bucket.options);
    const series = createInfluxSeries(influx, bucket.options);
    const write = () => series.write([fact('channels', 2)]);
    await write();
    await influx.run((connection) => new SignoutAPI(connection).postSignout());
    await Promise.all([write(), write(), write()]);
    expect(total(await series.count('channels', windowRange(now, 10, 60)))).toBe(4);
  });

  it('need a bucket to be ready', async () => {
    await expect(checkBucket(bucket.influx, bucket.options)).resolves.toBeUndefined();
    await expect(checkBucket(bucket.influx, { ...bucket.options, bucket: 'none' })).rejects.toThrow(
      'migrate',
    );
  });

  it('can be set up again, at once and several times', async () => {
    const fresh = { ...bucket.options, bucket: `test-${newId().slice(-12)}` };
    await Promise.all([1, 2, 3].map(() => setUpInflux(bucket.influx, fresh)));
    await expect(checkBucket(bucket.influx, fresh)).resolves.toBeUndefined();
  });

  it('say which setting is wrong when set up with another token or organisation', async () => {
    const setup = bucket.options;
    const stranger = { ...setup, login: { token: 'wrong' } };
    await expect(setUpInflux(openInflux(stranger), stranger)).rejects.toThrow('INFLUX_TOKEN');
    await expect(setUpInflux(bucket.influx, { ...setup, org: 'elsewhere' })).rejects.toThrow('INFLUX_ORG');
  });
});
