import { HttpError } from '@influxdata/influxdb-client';
import type { InfluxDB } from '@influxdata/influxdb-client';
import { BucketsAPI, OrgsAPI, SetupAPI } from '@influxdata/influxdb-client-apis';
import { hasBucket } from './influx-series.ts';
import type { InfluxOptions } from './influx-series.ts';

export interface SetupOptions extends InfluxOptions {
  readonly username: string;
  /** Needed only for a server that was never set up. */
  readonly password: string | undefined;
  /** How long the bucket keeps what is written; 0: for ever, undefined: as it is. */
  readonly retentionSeconds?: number | undefined;
}

/**
 * Sets up a fresh server with our organisation, bucket and token; in a server that was set up before, makes the bucket
 * where it is missing. Idempotent, and safe to run several times at once.
 */
export async function setUpInflux(influx: InfluxDB, options: SetupOptions): Promise<void> {
  const { allowed = false } = await new SetupAPI(influx).getSetup();
  if (allowed) await onboard(influx, options);
  await ensureBucket(influx, options);
  await ensureRetention(influx, options);
}

async function onboard(
  influx: InfluxDB,
  { username, password, org, bucket, token }: SetupOptions,
): Promise<void> {
  if (password === undefined) {
    throw new Error('INFLUX_SETUP_PASSWORD is missing, and the InfluxDB server was never set up: give one.');
  }
  try {
    await new SetupAPI(influx).postSetup({ body: { username, password, org, bucket, token } });
  } catch (error) {
    // 422: someone else set it up since we asked.
    if (!hasStatus(error, 422)) throw error;
  }
}

async function ensureBucket(influx: InfluxDB, { org, bucket }: SetupOptions): Promise<void> {
  const orgID = await findOrganisation(influx, org);
  if (await hasBucket(influx, { org, bucket })) return;
  try {
    await new BucketsAPI(influx).postBuckets({ body: { orgID, name: bucket, retentionRules: [] } });
  } catch (error) {
    // 422: a bucket of that name was made since we looked.
    if (!hasStatus(error, 422)) throw error;
  }
}

async function ensureRetention(
  influx: InfluxDB,
  { org, bucket: name, retentionSeconds }: SetupOptions,
): Promise<void> {
  if (retentionSeconds === undefined) return;
  const api = new BucketsAPI(influx);
  const { buckets = [] } = await api.getBuckets({ org, name });
  const [bucket] = buckets;
  if (bucket?.id === undefined) throw new Error(`INFLUX_BUCKET: ${name} has gone since it was made.`);
  const present = bucket.retentionRules[0]?.everySeconds ?? 0;
  if (present === retentionSeconds) return;
  await api.patchBucketsID({
    bucketID: bucket.id,
    body: { retentionRules: [{ type: 'expire', everySeconds: retentionSeconds }] },
  });
}

async function findOrganisation(influx: InfluxDB, org: string): Promise<string> {
  try {
    const { orgs = [] } = await new OrgsAPI(influx).getOrgs({ org });
    const id = orgs[0]?.id;
    if (id !== undefined) return id;
  } catch (error) {
    if (hasStatus(error, 401)) {
      throw new Error(
        'INFLUX_TOKEN is not known to the InfluxDB server: give the token it was set up with.',
        {
          cause: error,
        },
      );
    }
    if (!hasStatus(error, 404)) throw error;
  }
  throw new Error(`INFLUX_ORG: the InfluxDB server has no organisation ${org} that INFLUX_TOKEN may see.`);
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof HttpError && error.statusCode === status;
}
