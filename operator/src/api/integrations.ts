import { z } from 'zod';
import { documented } from './documented.ts';
import { duration, host, httpUrl, port, secretKeyRef, secretRef } from './scalars.ts';

const email = (text: string, doc: { default?: string; example: string }) =>
  documented(z.string().min(3).max(254), {
    text,
    ...doc,
    rules: [
      {
        rule: 'self.matches(r"^[^@ <>]+@[^@ <>]+$")',
        message: 'must be a bare mail address such as chat@example.org',
      },
    ],
  });

export const authSchema = documented(
  z.object({
    issuer: documented(z.string().min(1).max(256), {
      text: 'Issuer (iss) of access tokens.',
      default: 'chatplatform',
      example: 'https://chat.example.org',
    }).optional(),
    accessTokenLifetime: duration({
      text: 'How long an access token is good for.',
      default: '10m',
      example: '5m',
      rules: [
        {
          rule: 'duration(self) >= duration("30s") && duration(self) <= duration("24h")',
          message: 'must lie between 30s and 24h',
        },
      ],
    }).optional(),
    refreshTokenLifetime: duration({
      text: 'How long a session lasts without being used.',
      default: '720h',
      example: '168h',
      rules: [
        {
          rule: 'duration(self) >= duration("1h") && duration(self) <= duration("8760h")',
          message: 'must lie between 1h and 8760h',
        },
      ],
    }).optional(),
    bootstrapAdmin: documented(
      z.object({
        username: documented(
          z
            .string()
            .min(3)
            .max(32)
            .regex(/^[a-z0-9][a-z0-9._-]*$/),
          {
            text: 'Username.',
            default: 'admin',
            example: 'root',
          },
        ).optional(),
        email: email('Mail address.', {
          default: 'admin@ and the hostname (chatplatform.local without one)',
          example: 'admin@example.org',
        }).optional(),
      }),
      {
        text: 'The first user, who has the role admin. The password is generated, in the Secret <name>-admin.',
        default: 'a user named admin',
        example: '{username: root, email: admin@example.org}',
      },
    ).optional(),
  }),
  { text: 'Accounts, sessions and tokens.', default: 'as below', example: '{accessTokenLifetime: 5m}' },
);

const smtp = documented(
  z.object({
    host: host({ text: 'Host of the SMTP server.', example: 'smtp.example.org' }),
    port: port({
      text: 'Port.',
      default: '465 with tls Implicit, 587 with StartTLS, 25 with None',
      example: '587',
    }).optional(),
    tls: documented(z.enum(['Implicit', 'StartTLS', 'None']), {
      text: 'TLS from the first byte, by STARTTLS (required), or not at all.',
      default: 'StartTLS',
      example: 'Implicit',
    }).optional(),
    credentialsSecretRef: secretRef({
      text: 'Secret with the login.',
      keys: 'username and password',
      default: 'no login',
      example: '{name: chat-smtp}',
    }).optional(),
  }),
  { text: 'The SMTP server that mail is handed to.', default: 'unset', example: '{host: smtp.example.org}' },
);

const sink = documented(z.object({}), {
  text: 'Catches all mail and shows it on a page instead of sending it (profile Development only).',
  default: 'on in profile Development when smtp is not set',
  example: '{}',
});

export const mailSchema = documented(
  z.object({
    from: email('Sender address of mail.', {
      default: 'chatplatform@ and the hostname (chatplatform.local without one)',
      example: 'chat@example.org',
    }).optional(),
    smtp: smtp.optional(),
    sink: sink.optional(),
  }),
  {
    text: 'How mail is sent.',
    default: 'a sink in profile Development; required else',
    example:
      '{from: chat@example.org, smtp: {host: smtp.example.org, credentialsSecretRef: {name: chat-smtp}}}',
    rules: [
      {
        rule: '!(has(self.smtp) && has(self.sink))',
        message: 'set either smtp (mail is sent) or sink (mail is caught), not both',
      },
    ],
  },
);

const fcm = documented(
  z.object({
    credentialsSecretRef: secretKeyRef({
      text: 'Secret with the service account of Firebase Cloud Messaging, a JSON document.',
      defaultKey: 'service-account.json',
      example: '{name: chat-fcm}',
    }),
    endpoint: httpUrl({
      text: 'Takes the place of https://fcm.googleapis.com, for a proxy or a test.',
      default: 'https://fcm.googleapis.com',
      example: 'https://fcm-proxy.example.org:8443',
    }).optional(),
    caSecretRef: secretKeyRef({
      text: 'Secret with the certificate authority (PEM) that signed the endpoint.',
      defaultKey: 'ca.crt',
      default: "the system's authorities",
      example: '{name: chat-fcm-ca}',
    }).optional(),
  }),
  {
    text: 'Firebase Cloud Messaging.',
    default: 'unset',
    example: '{credentialsSecretRef: {name: chat-fcm}}',
  },
);

export const pushSchema = documented(
  z.object({
    enabled: documented(z.boolean(), {
      text: 'Whether push notifications are sent.',
      default: 'false',
      example: 'true',
    }).optional(),
    fcm: fcm.optional(),
  }),
  {
    text: 'Push notifications to phones and browsers.',
    default: 'off',
    example: '{enabled: true, fcm: {credentialsSecretRef: {name: chat-fcm}}}',
    rules: [
      {
        rule: '!(has(self.enabled) && self.enabled) || has(self.fcm)',
        message: 'push.enabled needs push.fcm.credentialsSecretRef: the service account to send with',
        fieldPath: '.fcm',
      },
    ],
  },
);

const tracing = documented(
  z.object({
    endpoint: httpUrl({
      text: 'OTLP/HTTP endpoint that takes the traces.',
      default: 'a Jaeger of its own in profile Development; no tracing else',
      example: 'http://otel-collector.observability:4318',
    }).optional(),
    sampling: documented(z.number().min(0).max(1), {
      text: 'Share of the traces that is kept, 0 to 1.',
      default: '1 in profile Development, 0.1 else',
      example: '0.05',
    }).optional(),
  }),
  {
    text: 'Traces.',
    default: 'by the profile',
    example: '{endpoint: "http://otel-collector.observability:4318"}',
  },
);

const prometheus = documented(
  z.object({
    enabled: documented(z.boolean(), {
      text: 'Whether the operator runs a small Prometheus for this platform. Every Pod serves /metrics either way.',
      default: 'true in profile Development, false else',
      example: 'false',
    }).optional(),
  }),
  { text: 'Metrics.', default: 'by the profile', example: '{enabled: false}' },
);

const monitors = documented(
  z.object({
    enabled: documented(z.boolean(), {
      text: 'Whether PodMonitors and a PrometheusRule with the alerts are made.',
      default: 'true where the cluster has these kinds, whenever they come',
      example: 'false',
    }).optional(),
    labels: documented(z.record(z.string(), z.string()), {
      text: 'Labels that your Prometheus selects monitors and rules by.',
      default: 'none',
      example: '{release: kube-prometheus-stack}',
    }).optional(),
  }),
  {
    text: 'Objects for the Prometheus Operator.',
    default: 'made where the cluster has PodMonitor and PrometheusRule',
    example: '{labels: {release: kube-prometheus-stack}}',
  },
);

export const observabilitySchema = documented(
  z.object({
    logLevel: documented(z.enum(['debug', 'info', 'warn', 'error']), {
      text: 'What the services log.',
      default: 'info',
      example: 'debug',
    }).optional(),
    tracing: tracing.optional(),
    prometheus: prometheus.optional(),
    monitors: monitors.optional(),
  }),
  { text: 'Logs, traces and metrics.', default: 'by the profile', example: '{logLevel: debug}' },
);
