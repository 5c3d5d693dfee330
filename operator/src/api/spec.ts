import { z } from 'zod';
import { documented } from './documented.ts';
import { exposureSchema } from './exposure.ts';
import { authSchema, mailSchema, observabilitySchema, pushSchema } from './integrations.ts';
import { limitsSchema, maintenanceWindowSchema, retentionSchema, upgradeSchema } from './operations.ts';
import { objectName } from './scalars.ts';
import { servicesSchema } from './services.ts';
import { storesSchema } from './stores.ts';

export const PROFILES = ['Development', 'Standard', 'HighlyAvailable'] as const;
export type Profile = (typeof PROFILES)[number];

const hostname = documented(z.string().min(1).max(253), {
  text: 'The DNS name people reach the platform by.',
  default: 'none: the address of the node or load balancer',
  example: 'chat.example.org',
  rules: [
    {
      rule: '!format.dns1123Subdomain().validate(self).hasValue()',
      message:
        'must be a DNS name in lower case such as chat.example.org: no scheme, port, path or underscore',
    },
    {
      rule: '!isIP(self)',
      message: 'must be a DNS name, not an IP address: leave hostname out to be reached by address',
    },
  ],
});

const storage = documented(
  z.object({
    className: objectName({
      text: 'StorageClass of managed volumes.',
      default: "the cluster's default class",
      example: 'standard',
    }).optional(),
    policy: documented(z.enum(['Retain', 'Delete']), {
      text: 'What becomes of the volumes, and of the Secret with the passwords that open them, when the platform is deleted.',
      default: 'Retain',
      example: 'Delete',
    }).optional(),
  }),
  {
    text: 'Volumes of managed stores.',
    default: 'retained, of the default class',
    example: '{policy: Delete}',
  },
);

const engine = (spec: 'self' | 'oldSelf') =>
  `(has(${spec}.stores) && has(${spec}.stores.sql) && has(${spec}.stores.sql.engine) ? ${spec}.stores.sql.engine : "SQLServer")`;

const storageClass = (spec: 'self' | 'oldSelf') =>
  `(has(${spec}.storage) && has(${spec}.storage.className) ? ${spec}.storage.className : "")`;

const development = '!has(self.profile) || self.profile == "Development"';

export const specSchema = documented(
  z.object({
    profile: documented(z.enum(PROFILES), {
      text: 'The set of defaults: Development (small, one of everything, mail sink, Jaeger, Prometheus), Standard, HighlyAvailable (three of everything that can be, disruption budgets).',
      default: 'Development',
      example: 'Standard',
    }).optional(),
    version: documented(
      z
        .string()
        .max(64)
        .regex(/^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$/),
      {
        text: 'Version of the services and the web client.',
        default: "the operator's own version",
        example: '0.1.0',
      },
    ).optional(),
    hostname: hostname.optional(),
    exposure: exposureSchema.optional(),
    services: servicesSchema.optional(),
    stores: storesSchema.optional(),
    storage: storage.optional(),
    auth: authSchema.optional(),
    mail: mailSchema.optional(),
    push: pushSchema.optional(),
    observability: observabilitySchema.optional(),
    networkPolicies: documented(
      z.object({
        enabled: documented(z.boolean(), {
          text: 'Whether policies are made. They hold where the network of the cluster enforces them.',
          default: 'true',
          example: 'false',
        }).optional(),
      }),
      {
        text: 'NetworkPolicies that deny everything but the connections of the architecture.',
        default: 'made',
        example: '{enabled: false}',
      },
    ).optional(),
    imagePullSecrets: documented(
      z
        .array(
          z.object({
            name: objectName({ text: 'Name of the Secret.', example: 'registry' }),
          }),
        )
        .max(16),
      {
        text: 'Secrets of type kubernetes.io/dockerconfigjson with which images are pulled.',
        default: 'none',
        example: '[{name: registry}]',
        extensions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
      },
    ).optional(),
    limits: limitsSchema.optional(),
    retention: retentionSchema.optional(),
    maintenanceWindow: maintenanceWindowSchema.optional(),
    upgrade: upgradeSchema.optional(),
    paused: documented(z.boolean(), {
      text: 'Stops the operator from changing anything of this platform; what runs goes on running.',
      default: 'false',
      example: 'true',
    }).optional(),
  }),
  {
    text: 'What the platform should be. Everything has a default; status.effective shows the result.',
    example: '{profile: Development}',
    rules: [
      {
        rule: `${development} || (has(self.stores) && has(self.stores.objectStorage) && has(self.stores.objectStorage.external))`,
        message:
          'object storage is only emulated in profile Development: set stores.objectStorage.external.azureBlob or .s3',
        fieldPath: '.stores',
      },
      {
        rule: `${development} || (has(self.mail) && has(self.mail.smtp))`,
        message: 'there is a mail sink in profile Development only: set mail.smtp.host',
        fieldPath: '.mail',
      },
      {
        rule: '!(has(self.exposure) && has(self.exposure.tls) && has(self.exposure.tls.issuerRef)) || has(self.hostname)',
        message: 'a certificate from exposure.tls.issuerRef is made for a name: set hostname',
        fieldPath: '.hostname',
      },
      {
        rule: '!(has(self.exposure) && has(self.exposure.type) && self.exposure.type in ["Ingress", "Gateway"]) || has(self.hostname)',
        message: 'exposure types Ingress and Gateway route by name: set hostname',
        fieldPath: '.hostname',
      },
      {
        rule: `${engine('self')} == ${engine('oldSelf')}`,
        message:
          'cannot change: accounts are not moved between engines; make a new platform and move the data',
        fieldPath: '.stores.sql.engine',
      },
      {
        rule: `${storageClass('self')} == ${storageClass('oldSelf')}`,
        message:
          'cannot change: volumes are not moved between classes; set stores.<name>.managed.storage.className for a new store',
        fieldPath: '.storage.className',
      },
    ],
  },
);

/** The spec as a person wrote it: everything optional, nothing defaulted. */
export type ChatPlatformSpec = z.infer<typeof specSchema>;
