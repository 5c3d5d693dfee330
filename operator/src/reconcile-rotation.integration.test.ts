import { expect, test } from '@jest/globals';
import { eventually } from '../test/api-server.ts';
import { PATIENCE_MS, PlatformBench, condition } from '../test/platform-bench.ts';
import { KINDS } from './platform/kinds.ts';
import { secretValues } from './platform/secrets/credentials.ts';

const bench = PlatformBench.use();

const MINUTE_MS = 60_000;
const PEM_BLOCK = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;

/** The keys that auth is given: the first signs, all verify. */
async function keysOfAuth(namespace: string): Promise<readonly string[]> {
  const secret = await bench.lookUp(KINDS.secret, namespace, 'demo-auth');
  return (secret === undefined ? '' : (secretValues(secret)['JWT_SIGNING_KEY'] ?? '')).match(PEM_BLOCK) ?? [];
}

const untilPhase = (
  namespace: string,
  phase: string,
  meanwhile: () => Promise<unknown> = async () => undefined,
) =>
  eventually(
    `rotation ${phase}`,
    async () => {
      await meanwhile();
      const [rotation] = (await bench.statusOf(namespace))?.rotations ?? [];
      return rotation?.phase === phase ? rotation : undefined;
    },
    PATIENCE_MS,
  );

test('the keys of access tokens are replaced without a token that somebody cannot verify', async () => {
  const namespace = await bench.start();
  await bench.untilReady(namespace);
  const [old] = await keysOfAuth(namespace);

  await bench.annotate(namespace, { 'chatplatform.dev/rotate': 'jwt-1, kafka-1' });
  const begun = await untilPhase(namespace, 'Publishing');
  expect(begun).toMatchObject({ name: 'jwt', request: 'jwt-1' });
  await eventually('the new key is published', async () => (await keysOfAuth(namespace)).length === 2);
  const [signing, published] = await keysOfAuth(namespace);
  expect(signing).toBe(old);
  expect(published).not.toBe(old);
  const warnings = condition(await bench.statusOf(namespace), 'Warnings');
  expect(warnings).toMatchObject({ status: 'True', message: expect.stringContaining('"kafka-1"') });

  await untilPhase(namespace, 'Signing', () => bench.passTime(namespace, MINUTE_MS));
  await eventually('the new key signs', async () => (await keysOfAuth(namespace))[0] === published);
  expect(await keysOfAuth(namespace)).toEqual([published, old]);

  await untilPhase(namespace, 'Done', () => bench.passTime(namespace, 5 * MINUTE_MS));
  await eventually('the old key is gone', async () => (await keysOfAuth(namespace)).length === 1);
  expect(await keysOfAuth(namespace)).toEqual([published]);
  const stored = await bench.lookUp(KINDS.secret, namespace, 'demo-credentials');
  expect(stored === undefined ? [] : secretValues(stored)['jwtSigningKey']?.match(PEM_BLOCK)).toEqual([
    published,
  ]);

  // The same request asks for nothing more, also of an operator that is new.
  await bench.untilReady(namespace);
  await bench.passTime(namespace, 60 * MINUTE_MS);
  expect((await bench.statusOf(namespace))?.rotations?.[0]?.phase).toBe('Done');
  expect(await keysOfAuth(namespace)).toEqual([published]);
}, 240_000);

test('the key of calls between services is replaced in all of them, each phase once all have come to it', async () => {
  const namespace = await bench.server.namespace();
  await bench.startIn(namespace, {});
  await bench.untilReady(namespace);
  const keysOf = async (service: string) => {
    const secret = await bench.lookUp(KINDS.secret, namespace, `demo-${service}`);
    return (secret === undefined ? '' : (secretValues(secret)['INTERNAL_TOKEN_KEY'] ?? '')).split(' ');
  };
  const [old] = await keysOf('media');
  // One that does not come up with both keys holds back the new one.
  await bench.unsettle();
  bench.settle(namespace, { broken: (name) => name.startsWith('demo-analytics') });
  await bench.annotate(namespace, { 'chatplatform.dev/rotate': 'internal-tokens-1' });
  await untilPhase(namespace, 'Publishing');
  await eventually('all know both', async () => (await keysOf('media')).length === 2);
  await bench.passTime(namespace, 60 * MINUTE_MS);
  await bench.untilReason(namespace, 'AnalyticsReady', 'RollingOut');
  expect((await keysOf('media'))[0]).toBe(old);
  await bench.unsettle();
  bench.settle(namespace);
  await untilPhase(namespace, 'Signing', () => bench.passTime(namespace, MINUTE_MS));
  await untilPhase(namespace, 'Done', () => bench.passTime(namespace, MINUTE_MS));
  const services = ['auth', 'user', 'chat', 'notification', 'media', 'gateway', 'analytics'];
  const left = await eventually('one key is left in all', async () => {
    const keys = new Set((await Promise.all(services.map(keysOf))).flat());
    return keys.size === 1 ? keys : undefined;
  });
  expect(left).not.toContain(old);
}, 180_000);
