import { z } from 'zod';
import { documented } from './documented.ts';
import type { FieldDoc } from './documented.ts';

const QUANTITY = /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/;

/** A Kubernetes quantity, written as `500m`, `2`, `256Mi` or `10Gi`. */
export function quantity(doc: FieldDoc) {
  return documented(z.union([z.int(), z.string()]), {
    ...doc,
    extensions: { 'x-kubernetes-int-or-string': true, pattern: QUANTITY.source, maxLength: 32 },
  });
}

/** A length of time in Go's notation, as everywhere in Kubernetes: `90s`, `10m`, `720h`, `1h30m`. */
export function duration(doc: FieldDoc) {
  return documented(
    z
      .string()
      .max(32)
      .regex(/^([0-9]+(h|m|s))+$/),
    doc,
  );
}

const SECONDS = { h: 3600, m: 60, s: 1 } as const;

/** Seconds of a `duration`. The text has passed the schema, so nothing but pairs of number and unit remain. */
export function durationSeconds(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(h|m|s)/g)) {
    total += Number(amount) * SECONDS[unit as keyof typeof SECONDS];
  }
  return total;
}

const OBJECT_NAME_RULE = {
  rule: 'self.matches(r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")',
  message: 'must be the name of a Kubernetes object: lower case letters, digits, "-" and "."',
};

export function objectName(doc: FieldDoc) {
  return documented(z.string().min(1).max(253), { ...doc, rules: [OBJECT_NAME_RULE, ...(doc.rules ?? [])] });
}

/** A host to connect to: DNS name or IP address, with neither scheme nor port nor path. */
export function host(doc: FieldDoc) {
  return documented(z.string().min(1).max(253), {
    ...doc,
    rules: [
      {
        rule: 'self.matches(r"^[A-Za-z0-9]([-A-Za-z0-9.:]*[A-Za-z0-9])?$") && !self.contains("://")',
        message: 'must be a bare DNS name or IP address: no scheme, no path, no user',
      },
    ],
  });
}

export function port(doc: FieldDoc) {
  return documented(z.int().min(1).max(65535), { ...doc, extensions: { format: 'int32' } });
}

export function httpUrl(doc: FieldDoc) {
  return documented(z.string().min(1).max(512), {
    ...doc,
    rules: [
      {
        rule: 'isURL(self) && url(self).getScheme() in ["http", "https"]',
        message: 'must be an absolute http:// or https:// URL',
      },
    ],
  });
}

/** A Secret in the platform's own namespace; `keys` says in words which keys it must hold. */
export function secretRef(doc: FieldDoc & { keys: string }) {
  const name = objectName({ text: 'Name of the Secret.', example: 'chat-secret' });
  return documented(z.object({ name }), { ...doc, text: `${doc.text} Keys: ${doc.keys}.` });
}

/** One key of a Secret in the platform's own namespace. */
export function secretKeyRef(doc: FieldDoc & { defaultKey: string }) {
  const name = objectName({ text: 'Name of the Secret.', example: 'chat-secret' });
  const key = documented(z.string().min(1).max(253), {
    text: 'Key inside the Secret.',
    default: `\`${doc.defaultKey}\``,
    example: doc.defaultKey,
  });
  return documented(z.object({ name, key: key.optional() }), doc);
}

const resourceList = (side: 'requests' | 'limits') =>
  z.object({
    cpu: quantity({ text: `CPU ${side}.`, default: 'of the profile', example: '250m' }).optional(),
    memory: quantity({ text: `Memory ${side}.`, default: 'of the profile', example: '256Mi' }).optional(),
  });

/** Requests and limits of one container. */
export function resources() {
  return documented(
    z.object({
      requests: documented(resourceList('requests'), {
        text: 'What the scheduler sets aside.',
        default: 'of the profile',
        example: '{cpu: 100m, memory: 128Mi}',
      }).optional(),
      limits: documented(resourceList('limits'), {
        text: 'What a container may use at most. CPU is not limited unless asked for: throttling costs latency.',
        default: 'of the profile',
        example: '{memory: 512Mi}',
      }).optional(),
    }),
    {
      text: 'CPU and memory of one container.',
      default: 'of the profile',
      example: '{limits: {memory: 512Mi}}',
    },
  );
}
