import { flux, fluxDateTime, fluxDuration, HttpError, Point } from '@influxdata/influxdb-client';
import { BucketsAPI } from '@influxdata/influxdb-client-apis';
import { toError, unavailable } from '@chatplatform/kit/errors';
import { z } from 'zod';
import { pointPlace } from '../core/domain/fact.ts';
import type { Fact } from '../core/domain/fact.ts';
import type { ActivitySeries } from '../core/ports/activity-series.ts';
import type { Influx, InfluxOptions } from './influx-connection.ts';

const MEASUREMENT = 'activity';

export function createInfluxSeries(influx: Influx, { org, bucket }: BucketName): ActivitySeries {
  return {
    async write(facts) {
      if (facts.length === 0) return;
      await orUnavailable(
        influx.run(async (connection) => {
          // A writer of its own a batch, sent by the flush alone: a shared one sends full batches by itself, and nobody
          // waits for those. Without retries of its own, for the event is delivered again.
          const writer = connection.getWriteApi(org, bucket, 'ns', {
            batchSize: facts.length + 1,
            flushInterval: 0,
            maxRetries: 0,
            writeFailed: (error) => Promise.reject(error),
          });
          writer.writePoints(facts.map(toPoint));
          await writer.flush();
          writer.dispose();
        }),
      );
    },
    async count(metric, { start, stop, windowSeconds }) {
      const rows: unknown[] = await orUnavailable(
        influx.run((connection) =>
          connection.getQueryApi(org).collectRows(flux`from(bucket: ${bucket})
          |> range(start: ${fluxDateTime(start.toISOString())}, stop: ${fluxDateTime(stop.toISOString())})
          |> filter(fn: (r) => r._measurement == ${MEASUREMENT} and r.metric == ${metric} and r._field == "count")
          |> group()
          |> aggregateWindow(every: ${fluxDuration(`${windowSeconds}s`)}, fn: sum, timeSrc: "_start", createEmpty: false)`),
        ),
      );
      return new Map(windows.parse(rows).map(({ _time, _value }) => [_time.getTime(), _value]));
    },
  };
}

const windows = z.array(z.object({ _time: z.coerce.date(), _value: z.number() }));

function toPoint(fact: Fact): Point {
  const { timestamp, shard } = pointPlace(fact);
  return new Point(MEASUREMENT)
    .tag('metric', fact.metric)
    .tag('shard', shard)
    .intField('count', 1)
    .timestamp(timestamp);
}

/** Whether the login sees the bucket. The server answers 404, not an empty list, to a name it does not know. */
export async function hasBucket(influx: Influx, { org, bucket }: BucketName): Promise<boolean> {
  try {
    const { buckets = [] } = await influx.run((connection) =>
      new BucketsAPI(connection).getBuckets({ org, name: bucket }),
    );
    return buckets.length > 0;
  } catch (error) {
    if (error instanceof HttpError && error.statusCode === 404) return false;
    throw error;
  }
}

/** Rejects unless the bucket is there and the login may see it. */
export async function checkBucket(influx: Influx, name: BucketName): Promise<void> {
  if (await hasBucket(influx, name)) return;
  throw unavailable('series.missing', `InfluxDB has no bucket ${name.bucket}: run \`node src/migrate.ts\`.`);
}

type BucketName = Pick<InfluxOptions, 'org' | 'bucket'>;

/**
 * A server that is away, lets nobody in or has lost its bucket is to be repaired, not a reason to drop events: all
 * that is passing. What it calls malformed is a fault of ours and stays an error.
 */
async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof HttpError && (error.statusCode === 400 || error.statusCode === 422)) throw error;
    throw unavailable('series.unavailable', 'The store of the series is away.', { cause: error });
  }
}
