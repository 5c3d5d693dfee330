import { z } from 'zod';
import { documented } from './documented.ts';
import { scheduling } from './placement.ts';
import { host, httpUrl, objectName, port, quantity, resources, secretRef } from './scalars.ts';

const managed = (what: string) =>
  documented(
    z.object({
      storage: documented(
        z.object({
          size: quantity({
            text: 'Size of the volume. It may grow, never shrink.',
            default: 'of the profile',
            example: '20Gi',
          }).optional(),
          className: objectName({
            text: 'StorageClass of the volume.',
            default: 'spec.storage.className',
            example: 'fast-ssd',
          }).optional(),
        }),
        {
          text: 'The volume.',
          default: 'by the profile',
          example: '{size: 20Gi}',
          rules: [
            {
              rule: 'has(self.className) == has(oldSelf.className) && (!has(self.className) || self.className == oldSelf.className)',
              message:
                'cannot change: a volume is not moved between classes; make a new platform and move the data',
              fieldPath: '.className',
            },
            {
              rule: '!has(self.size) || !has(oldSelf.size) || quantity(string(self.size)).compareTo(quantity(string(oldSelf.size))) >= 0',
              message: 'a volume cannot shrink: set at least its present size',
              fieldPath: '.size',
            },
          ],
        },
      ).optional(),
      resources: resources().optional(),
      scheduling: scheduling.optional(),
    }),
    {
      text: `The operator runs ${what}, one Pod with one volume.`,
      default: 'managed, unless external is set',
      example: '{storage: {size: 20Gi}}',
    },
  );

const parameters = documented(z.record(z.string(), z.string().max(512)), {
  text: 'Query parameters to add to the connection URL.',
  default: 'none',
  example: '{replicaSet: rs0}',
});

/** A server reached by host and port; `url` in the Secret wins for what host and port cannot say. */
const externalServer = (what: string, defaults: { port: number; keys: string }) =>
  documented(
    z.object({
      host: host({ text: `Host of ${what}.`, example: 'db.example.org' }),
      port: port({
        text: 'Port.',
        default: String(defaults.port),
        example: String(defaults.port),
      }).optional(),
      tls: documented(z.boolean(), { text: 'Connect by TLS.', default: 'true', example: 'false' }).optional(),
      parameters: parameters.optional(),
      secretRef: secretRef({
        text: 'Secret with the credentials.',
        keys: defaults.keys,
        example: '{name: chat-db}',
      }),
    }),
    {
      text: `${what[0]?.toUpperCase()}${what.slice(1)} that somebody else runs.`,
      default: 'unset',
      example: '{host: db.example.org, secretRef: {name: chat-db}}',
    },
  );

const USER_AND_PASSWORD = 'username and password, or url (a whole connection URL, used as it is)';

const notBoth = {
  rule: '!(has(self.managed) && has(self.external))',
  message: 'set either managed (the operator runs the store) or external (somebody else does), not both',
  fieldPath: '.external',
};

function store<T extends z.ZodRawShape>(what: string, shape: T, doc: { default?: string; example: string }) {
  return documented(z.object(shape), {
    text: `Settings of ${what}.`,
    default: doc.default ?? 'managed',
    example: doc.example,
    rules: [notBoth],
  });
}

const sql = store(
  'the SQL database of accounts and sessions',
  {
    engine: documented(z.enum(['SQLServer', 'PostgreSQL']), {
      text: 'The database engine. With PostgreSQL and a managed store, one PostgreSQL serves accounts and analytics. It cannot change once set: data is not moved between engines.',
      default: 'SQLServer',
      example: 'PostgreSQL',
    }).optional(),
    managed: managed('the database').optional(),
    external: externalServer('the SQL database', {
      port: 1433,
      keys: `${USER_AND_PASSWORD}; optional database (auth)`,
    }).optional(),
  },
  { default: 'a managed SQL Server', example: '{engine: PostgreSQL}' },
);

const influxdb = store(
  'InfluxDB, which holds the time series',
  {
    managed: managed('InfluxDB').optional(),
    external: documented(
      z.object({
        url: httpUrl({ text: 'Address of InfluxDB 2.', example: 'https://influx.example.org:8086' }),
        org: documented(z.string().min(1).max(128), {
          text: 'Organisation.',
          default: 'chatplatform',
          example: 'acme',
        }).optional(),
        bucket: documented(z.string().min(1).max(128), {
          text: 'Bucket.',
          default: 'metrics',
          example: 'chat',
        }).optional(),
        secretRef: secretRef({
          text: 'Secret with the credentials.',
          keys: 'token',
          example: '{name: chat-influx}',
        }),
      }),
      {
        text: 'InfluxDB 2 that somebody else runs.',
        default: 'unset',
        example: '{url: "https://influx.example.org:8086", secretRef: {name: chat-influx}}',
      },
    ).optional(),
  },
  { example: '{managed: {storage: {size: 20Gi}}}' },
);

const bucket = documented(z.string().min(3).max(63), {
  text: 'Container or bucket for the media.',
  default: 'media',
  example: 'chat-media',
}).optional();

const azureBlob = documented(
  z.object({
    bucket,
    secretRef: secretRef({
      text: 'Secret with the credentials.',
      keys: 'connectionString',
      example: '{name: chat-blob}',
    }),
  }),
  { text: 'Azure Blob Storage.', default: 'unset', example: '{secretRef: {name: chat-blob}}' },
);

const s3 = documented(
  z.object({
    endpoint: httpUrl({
      text: 'Endpoint of a service that speaks S3.',
      default: "the region's AWS endpoint",
      example: 'https://s3.example.org',
    }).optional(),
    region: documented(z.string().min(1).max(64), { text: 'Region.', example: 'eu-central-1' }),
    bucket,
    secretRef: secretRef({
      text: 'Secret with the credentials.',
      keys: 'accessKeyId and secretAccessKey',
      example: '{name: chat-s3}',
    }),
  }),
  {
    text: 'S3, or a service that speaks it.',
    default: 'unset',
    example: '{region: eu-central-1, secretRef: {name: chat-s3}}',
  },
);

const objectStorage = store(
  'the object storage of media',
  {
    managed: managed('Azurite, an emulator of Azure Blob Storage (profile Development only)').optional(),
    external: documented(z.object({ azureBlob: azureBlob.optional(), s3: s3.optional() }), {
      text: 'Object storage that somebody else runs: exactly one of azureBlob and s3.',
      default: 'unset',
      example: '{s3: {region: eu-central-1, secretRef: {name: chat-s3}}}',
      rules: [
        { rule: 'has(self.azureBlob) != has(self.s3)', message: 'set exactly one of azureBlob and s3' },
      ],
    }).optional(),
  },
  {
    default: 'Azurite in profile Development; must be external else',
    example: '{external: {azureBlob: {secretRef: {name: chat-blob}}}}',
  },
);

const mongodb = store(
  'MongoDB, which holds profiles, channels, messages and media records',
  {
    managed: managed('MongoDB').optional(),
    external: externalServer('MongoDB', { port: 27017, keys: USER_AND_PASSWORD }).optional(),
  },
  { example: '{managed: {storage: {size: 50Gi}}}' },
);

const postgresql = store(
  'PostgreSQL, which holds the business figures of analytics',
  {
    managed: managed('PostgreSQL').optional(),
    external: externalServer('PostgreSQL', {
      port: 5432,
      keys: `${USER_AND_PASSWORD}; optional database (analytics)`,
    }).optional(),
  },
  { example: '{managed: {storage: {size: 20Gi}}}' },
);

const redis = store(
  'Redis, which carries the live fan-out and presence',
  {
    managed: managed('Redis').optional(),
    external: externalServer('Redis', {
      port: 6379,
      keys: 'password, optional username, or url (a whole connection URL, used as it is)',
    }).optional(),
  },
  { example: '{managed: {resources: {limits: {memory: 1Gi}}}}' },
);

const rabbitmq = store(
  'RabbitMQ, which carries events between services',
  {
    managed: managed('RabbitMQ').optional(),
    external: externalServer('RabbitMQ', {
      port: 5671,
      keys: `${USER_AND_PASSWORD}; optional vhost (/)`,
    }).optional(),
  },
  { example: '{managed: {storage: {size: 10Gi}}}' },
);

export const storesSchema = documented(
  z.object({
    sql: sql.optional(),
    mongodb: mongodb.optional(),
    postgresql: postgresql.optional(),
    influxdb: influxdb.optional(),
    redis: redis.optional(),
    rabbitmq: rabbitmq.optional(),
    objectStorage: objectStorage.optional(),
  }),
  {
    text: 'The stores: each either managed by the operator or external.',
    default: 'all managed',
    example: '{sql: {engine: PostgreSQL}}',
  },
);
