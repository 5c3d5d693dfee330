import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import { BucketsAPI, OrgsAPI, SetupAPI } from '@influxdata/influxdb-client-apis';
import type { Influx, InfluxOptions } from './influx-connection.ts';
import { hasBucket } from './influx-series.ts';

export interface SetupOptions extends InfluxOptions {
  /** How long the bucket keeps what is written; 0: for ever, undefined: as it is. */
  readonly retentionSeconds?: number | undefined;
}

/**
 * Sets up a fresh server with our organisation, bucket and user; in a server that was set up before, makes the bucket where
 * it is missing. Idempotent, and safe to run several times at once.
 */
export async function setUpInflux(influx: Influx, options: SetupOptions): Promise<void> {
  // To anybody who asks: a fresh server has no login.
  const setup = new SetupAPI(new InfluxDB({ url: options.url }));
  const { allowed = false } = await setup.getSetup();
  if (allowed) await onboard(setup, options);
  await ensureBucket(influx, options);
  await ensureRetention(influx, options);
}

async function onboard(setup: SetupAPI, { login, org, bucket }: SetupOptions): Promise<void> {
  if ('token' in login) {
    throw new Error('the InfluxDB server was never set up: give INFLUX_USERNAME and INFLUX_PASSWORD.');
  }
  const { username, password } = login;
  try {
    await setup.postSetup({ body: { username, password, org, bucket } });
  } catch (error) {
    // 422: someone else set it up since we asked.
    if (!hasStatus(error, 422)) throw error;
  }
}

async function ensureBucket(influx: Influx, { org, bucket }: SetupOptions): Promise<void> {
  const orgID = await findOrganisation(influx, org);
  if (await hasBucket(influx, { org, bucket })) return;
  try {
    await influx.run((connection) =>
      new BucketsAPI(connection).postBuckets({ body: { orgID, name: bucket, retentionRules: [] } }),
    );
  } catch (error) {
    // 422: a bucket of that name was made since we looked.
    if (!hasStatus(error, 422)) throw error;
  }
}

async function ensureRetention(
  influx: Influx,
  { org, bucket: name, retentionSeconds }: SetupOptions,
): Promise<void> {
  if (retentionSeconds === undefined) return;
  await influx.run(async (connection) => {
    const api = new BucketsAPI(connection);
    const { buckets = [] } = await api.getBuckets({ org, name });
    const [bucket] = buckets;
    if (bucket?.id === undefined) throw new Error(`INFLUX_BUCKET: ${name} has gone since it was made.`);
    const present = bucket.retentionRules[0]?.everySeconds ?? 0;
    if (present === retentionSeconds) return;
    await api.patchBucketsID({
      bucketID: bucket.id,
      body: { retentionRules: [{ type: 'expire', everySeconds: retentionSeconds }] },
    });
  });
}

/** @throws Error that names the setting which is wrong */
export async function findOrganisation(influx: Influx, org: string): Promise<string> {
  try {
    const { orgs = [] } = await influx.run((connection) => new OrgsAPI(connection).getOrgs({ org }));
    const id = orgs[0]?.id;
    if (id !== undefined) return id;
  } catch (error) {
    if (hasStatus(error, 401)) {
      throw new Error('INFLUX_TOKEN is not known to the InfluxDB server.', { cause: error });
    }
    if (!hasStatus(error, 404)) throw error;
  }
  throw new Error(`INFLUX_ORG: the InfluxDB server has no organisation ${org} that this login may see.`);
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof HttpError && error.statusCode === status;
}
