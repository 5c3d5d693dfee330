import { expect, test } from '@jest/globals';
import { isSensitiveName } from './names.ts';

test.each([
  'password',
  'SMTP_PASSWORD',
  'rabbitmqPassword',
  'apiKey',
  'API_TOKEN',
  'jwtSigningKey',
  'connectionString',
  'Authorization',
  'influxdbToken',
  'AWS_SECRET_ACCESS_KEY',
  'private_key',
  'clientSecret',
  'passphrase',
  'azure-connection-string',
])('%s is hidden', (name) => expect(isSensitiveName(name)).toBe(true));

test.each([
  'secretRef',
  'credentialsSecretRef',
  'secretName',
  'accessTokenLifetime',
  'imagePullSecrets',
  'automountServiceAccountToken',
  'secretKeyRef',
  'secrets',
  'image',
  'author',
  'replicas',
  'serviceAccountToken',
  'PASSWORD_FILE',
])('%s is not', (name) => expect(isSensitiveName(name)).toBe(false));
