import { expect, test } from '@jest/globals';
import { platformOf } from '../../../test/platform-of.ts';
import { SERVICES, serviceSettings } from './definitions.ts';
import { configHashOf } from './service.ts';

const settingsOf = (name: string, spec: Parameters<typeof platformOf>[0]) => {
  const service = SERVICES.find((one) => one.name === name);
  if (service === undefined) throw new Error(name);
  return serviceSettings(platformOf(spec), service).config;
};

test('what is kept how long is told to whom it concerns, and rolls nobody else', () => {
  const plain = platformOf({});
  const messages = platformOf({ retention: { messages: '8760h' } });
  const rolled = SERVICES.filter(
    ({ name }) => configHashOf(plain, name) !== configHashOf(messages, name),
  ).map(({ name }) => name);
  expect(rolled).toEqual(['chat', 'media']);
  expect(settingsOf('chat', { retention: { messages: '8760h' } })).toMatchObject({
    MESSAGE_MAX_AGE_SECONDS: String(365 * 86_400),
  });
  expect(settingsOf('chat', {})).not.toHaveProperty('MESSAGE_MAX_AGE_SECONDS');
});

test('pictures that nobody shows are kept as long as messages, or as long as they are to be', () => {
  const age = 'MEDIA_MAX_AGE_SECONDS';
  expect(settingsOf('media', {})).not.toHaveProperty(age);
  expect(settingsOf('media', { retention: { messages: '48h' } })).toMatchObject({ [age]: '172800' });
  expect(settingsOf('media', { retention: { messages: '48h', pictures: '24h' } })).toMatchObject({
    [age]: '86400',
  });
  expect(settingsOf('media', { retention: { pictures: '24h' } })).toMatchObject({ [age]: '86400' });
  expect(settingsOf('chat', { retention: { pictures: '24h' } })).not.toHaveProperty(
    'MESSAGE_MAX_AGE_SECONDS',
  );
});

test('the bucket of the platform’s own InfluxDB keeps all unless told otherwise; another’s is left as it is', () => {
  const external = { url: 'http://influx.example.org:8086', secretRef: { name: 'influx' } };
  const influxdb = { external };
  expect(settingsOf('analytics', {})).toMatchObject({ INFLUX_RETENTION_SECONDS: '0' });
  expect(settingsOf('analytics', { stores: { influxdb } })).not.toHaveProperty('INFLUX_RETENTION_SECONDS');
  expect(settingsOf('analytics', { stores: { influxdb }, retention: { analytics: '48h' } })).toMatchObject({
    INFLUX_RETENTION_SECONDS: '172800',
  });
});
