import { z } from 'zod';
import { documented } from './documented.ts';
import { duration } from './scalars.ts';

export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const maintenanceWindowSchema = documented(
  z.object({
    days: documented(z.array(z.enum(WEEKDAYS)).min(1).max(7), {
      text: 'Days on which the window opens.',
      default: 'every day',
      example: '[Saturday, Sunday]',
      extensions: { 'x-kubernetes-list-type': 'set' },
    }).optional(),
    start: documented(z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/), {
      text: 'Time of day at which it opens.',
      example: '"02:00"',
    }),
    duration: duration({
      text: 'How long it stays open. What has begun is finished also when it closes.',
      default: '2h',
      example: '4h',
      rules: [
        {
          rule: 'duration(self) >= duration("10m") && duration(self) <= duration("24h")',
          message: 'must lie between 10m and 24h',
        },
      ],
    }).optional(),
    timeZone: documented(z.string().min(1).max(64), {
      text: 'Time zone of start, by its IANA name.',
      default: 'UTC',
      example: 'Europe/Berlin',
    }).optional(),
  }),
  {
    text: 'When disruptive steps may begin: changes of version, restarts of managed stores, rotation of credentials. Everything else happens at once, and so does the first rollout.',
    default: 'at any time',
    example: '{days: [Sunday], start: "02:00", duration: 4h, timeZone: Europe/Berlin}',
  },
);

export const upgradeSchema = documented(
  z.object({
    autoRollback: documented(z.boolean(), {
      text: 'Whether a version that does not come to serve in time is taken back. It is not tried again until the spec changes.',
      default: 'true',
      example: 'false',
    }).optional(),
    gateTimeout: duration({
      text: 'How long one step of an upgrade may take: its migrations, or one service on the new version.',
      default: '10m',
      example: '5m',
      rules: [
        {
          rule: 'duration(self) >= duration("10s") && duration(self) <= duration("24h")',
          message: 'must lie between 10s and 24h',
        },
      ],
    }).optional(),
  }),
  {
    text: 'How a change of spec.version is carried out: one service after the other, each only when the one before serves.',
    default: 'with automatic rollback',
    example: '{gateTimeout: 5m}',
  },
);

export const retentionSchema = documented(
  z.object({
    messages: duration({
      text: 'How long messages are kept. Older ones are deleted for everybody as if by their senders: text and attachments are gone, a tombstone stays in their place. Looked at every ten minutes. What becomes of their pictures is said by pictures.',
      default: 'for ever',
      example: '8760h',
      rules: [
        {
          rule: 'duration(self) >= duration("24h")',
          message: 'must be 24h or more: nobody could rely on having read what goes sooner',
        },
      ],
    }).optional(),
    pictures: duration({
      text: 'How long pictures are kept that no message and no profile shows, by the time of their upload: those of deleted messages, those that were replaced, and those that were never shown. Looked at every hour; who shows a picture for the first time after all that time may find it gone. Default: as long as messages.',
      default: 'as messages',
      example: '720h',
      rules: [
        {
          rule: 'duration(self) >= duration("24h")',
          message: 'must be 24h or more: what is uploaded waits to be sent, on devices that are away as well',
        },
      ],
    }).optional(),
    analytics: duration({
      text: "How long the time series of analytics are kept, by InfluxDB's own retention of the bucket.",
      default: 'for ever',
      example: '2160h',
      rules: [
        {
          rule: 'duration(self) >= duration("24h")',
          message: 'must be 24h or more: figures are shown by the day',
        },
      ],
    }).optional(),
  }),
  {
    text: 'How long data is kept. What has been deleted does not come back when a time is raised again.',
    default: 'for ever',
    example: '{messages: 8760h, pictures: 720h, analytics: 2160h}',
  },
);

export const limitsSchema = documented(
  z.object({
    connectionsPerGateway: documented(z.int().min(1).max(1_000_000), {
      text: 'Connections one Pod of the gateway takes; beyond, clients are sent to another.',
      default: '20000',
      example: '5000',
      extensions: { format: 'int32' },
    }).optional(),
    uploadBytes: documented(z.int().min(1024).max(1_073_741_824), {
      text: 'Size of an uploaded file at most, in bytes.',
      default: '10485760',
      example: '5242880',
      extensions: { format: 'int64' },
    }).optional(),
  }),
  { text: 'Limits the services enforce.', default: 'as below', example: '{uploadBytes: 5242880}' },
);
