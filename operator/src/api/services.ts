import { z } from 'zod';
import { documented } from './documented.ts';
import { byConnections, byCpu, byQueueDepth } from './autoscaling.ts';
import { podTemplate, scheduling } from './placement.ts';
import { resources, secretKeyRef } from './scalars.ts';

/** The seven services, in no particular order; what depends on what is the service table's matter. */
export const SERVICE_NAMES = [
  'auth',
  'user',
  'chat',
  'notification',
  'media',
  'gateway',
  'analytics',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

const env = documented(
  z
    .array(
      z.object({
        name: documented(
          z
            .string()
            .max(128)
            .regex(/^[A-Z][A-Z0-9_]*$/),
          {
            text: 'Name of the variable.',
            example: 'LOG_LEVEL',
          },
        ),
        value: documented(z.string().max(4096), {
          text: 'Value of the variable.',
          default: 'empty',
          example: 'debug',
        }).optional(),
        valueFrom: documented(
          z.object({
            secretKeyRef: secretKeyRef({
              text: 'Key of a Secret that holds the value.',
              example: '{name: extra, key: token}',
              defaultKey: 'value',
            }),
          }),
          {
            text: 'Takes the value from a Secret.',
            default: 'unset',
            example: '{secretKeyRef: {name: extra, key: token}}',
          },
        ).optional(),
      }),
    )
    .max(64),
  {
    text: 'Environment variables of the service; a variable overrides the setting of the same name that the operator writes.',
    default: 'none',
    example: '[{name: LOG_LEVEL, value: debug}]',
    extensions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
    rules: [
      {
        rule: 'self.all(e, !(has(e.value) && has(e.valueFrom)))',
        message: 'set value or valueFrom, not both',
      },
    ],
  },
);

const replicas = (text: string) =>
  documented(z.int().min(0).max(1000), {
    text,
    default: '1 in profile Development, 2 in Standard, 3 in HighlyAvailable',
    example: '3',
    extensions: { format: 'int32' },
  });

const workload = <A extends typeof byCpu | typeof byConnections | typeof byQueueDepth>(
  what: string,
  autoscaling: A,
) =>
  documented(
    z.object({
      replicas: replicas(`Number of Pods of ${what}.`).optional(),
      autoscaling: autoscaling.optional(),
      resources: resources().optional(),
      env: env.optional(),
      scheduling: scheduling.optional(),
      podTemplate: podTemplate.optional(),
    }),
    {
      text: `Settings of ${what}.`,
      default: 'by the profile',
      example: '{replicas: 2}',
      rules: [
        {
          rule: '!(has(self.replicas) && has(self.autoscaling))',
          message: 'is set by the autoscaler: remove replicas, or remove autoscaling',
          fieldPath: '.replicas',
        },
      ],
    },
  );

export const servicesSchema = documented(
  z.object({
    auth: workload('the auth service (accounts, sessions, tokens)', byCpu).optional(),
    user: workload('the user service (profiles, friends)', byQueueDepth).optional(),
    chat: workload('the chat service (channels, messages)', byQueueDepth).optional(),
    notification: workload('the notification service (email, push)', byQueueDepth).optional(),
    media: workload('the media service (uploads, pictures)', byCpu).optional(),
    gateway: workload('the gateway (Socket.IO connections)', byConnections).optional(),
    analytics: workload('the analytics service (figures and series)', byQueueDepth).optional(),
    web: workload('the edge (serves the web client and routes requests)', byCpu).optional(),
  }),
  {
    text: 'Replicas, resources, environment and placement of each service.',
    default: 'by the profile',
    example: '{gateway: {replicas: 3}}',
  },
);
