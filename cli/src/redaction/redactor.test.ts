import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { Redactor } from './redactor.ts';

const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

describe('in texts', () => {
  test.each([
    ['a URL', 'connect amqp://chat:pl4nted@rabbit:5672/ failed'],
    ['a header', 'Authorization: Bearer pl4nted.token-1'],
    ['a variable', 'SMTP_PASSWORD=pl4nted'],
    ['JSON', '{"level":"warn","password":"pl4nted","n":1}'],
    ['JSON in JSON', String.raw`{"msg":"{\"password\":\"pl4nted\"}"}`],
    ['YAML', 'rabbitmqPassword: pl4nted'],
    ['a flag', 'redis-server --requirepass-secret pl4nted --port 1'],
    ['a flag with =', 'tool --token=pl4nted'],
    ['a connection string', 'DefaultEndpointsProtocol=https;AccountKey=pl4nted==;EndpointSuffix=x'],
    ['a key', '-----BEGIN PRIVATE KEY-----\npl4nted\n-----END PRIVATE KEY-----'],
    ['a cookie', 'Cookie: pl4nted'],
  ])('%s', (_, text) => {
    const clean = new Redactor().text(text);
    expect(clean).not.toContain('pl4nted');
    expect(clean).toContain('(redacted)');
  });

  test('a JSON Web Token', () => expect(new Redactor().text(`got ${JWT} back`)).toBe('got (redacted) back'));

  test('a known value, in any of the forms it is written in', () => {
    const secret = 'p?4"n t/ed';
    const redactor = new Redactor([secret]);
    const forms = [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
    for (const form of [...forms, JSON.stringify({ a: secret })]) {
      expect(redactor.text(`x ${form} y`)).toContain('(redacted)');
      expect(redactor.text(`x ${form} y`)).not.toContain(form);
    }
  });

  test('what is none stays readable', () => {
    const text =
      'GET /api/chat/channels 200 in 12 ms, replicas: 3, secretName: demo-chat, at http://chat:3000/x';
    expect(new Redactor(['admin']).text(text)).toBe(text);
  });
});

describe('in objects', () => {
  const clean = (object: Record<string, unknown>, metadata: object = {}) =>
    JSON.stringify(
      new Redactor().object({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'demo', ...metadata },
        ...object,
      } as KubeObject),
    );

  test.each([
    ['variables', { env: [{ name: 'API_TOKEN', value: 'pl4nted' }] }],
    ['arguments', { args: ['--password', 'pl4nted'] }],
    ['arguments in one', { args: ['--password=pl4nted'] }],
    ['a shell line', { command: ['sh', '-c', 'PGPASSWORD=pl4nted psql'] }],
    ['nested fields', { spec: { auth: { password: { value: 'x' }, clientSecret: 'pl4nted' } } }],
    ['a file in a ConfigMap', { data: { 'app.conf': 'user = a\npassword = pl4nted\n' } }],
    ['numbers', { spec: { password: 948372 } }],
  ])('%s', (_, object) => expect(clean(object)).not.toMatch(/pl4nted|948372/));

  test('annotations, also those that repeat a manifest', () => {
    const manifest = JSON.stringify({ spec: { env: [{ name: 'SMTP_PASSWORD', value: 'pl4nted' }] } });
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': manifest,
      'example.org/api-token': 'pl4nted',
      'example.org/note': 'the password is password=pl4nted',
    };
    expect(clean({}, { annotations })).not.toContain('pl4nted');
  });

  test('of a Secret only the names of its keys remain', () => {
    const secret = new Redactor().object({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a', annotations: { note: 'pl4nted' } },
      data: { user: 'cGw0bnRlZA==' },
    });
    expect(secret).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a' },
      data: { user: '(redacted)' },
    });
  });

  test('references to Secrets stay', () => {
    const text = clean({ spec: { mail: { smtp: { credentialsSecretRef: { name: 'smtp' } } } } });
    expect(text).toContain('"credentialsSecretRef":{"name":"smtp"}');
  });
});
