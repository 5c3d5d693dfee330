import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Image } from '../oci/image.ts';
import { createRegistries, NO_REGISTRY } from '../registry/registries.ts';
import { createTestContext, type TestContext } from '../testing/context.ts';
import { type RegistryServer, startRegistryServer } from '../testing/registry-server.ts';
import { pullOrBuild } from './pull-or-build.ts';

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const redis = { name: 'redis', reference: 'docker.io/library/redis:8', architecture } as const;
const rabbitmq = { name: 'rabbitmq', reference: 'docker.io/library/rabbitmq:4.0', architecture } as const;
const built = { name: 'docker.io/chatplatform/local-redis:8.0' } as Image;

let made: TestContext;
let registry: RegistryServer;
const build = jest.fn(() => Promise.resolve(built));

beforeEach(async () => {
  made = await createTestContext();
  registry = await startRegistryServer();
  build.mockClear();
  use(registry.url);
});
afterEach(async () => {
  await registry.close();
  await made.remove();
});

/** As a run of its own with this value of `CHATPLATFORM_REGISTRY`, on the same cache. */
function use(setting: string): void {
  const { context, notes } = made;
  context.registries = createRegistries(setting, { ...context.progress, note: (line) => void notes.push(line) });
}

const either = { only: undefined, build };

describe('where a registry answers', () => {
  test('an image is pulled as it was published, and kept', async () => {
    const layers = [Buffer.from('base'), Buffer.from('program')];
    const digests = registry.publish('library/redis', '8', layers);
    const { image, source } = await pullOrBuild(made.context, redis, either);
    expect(source).toBe('pulled');
    expect(image).toMatchObject({ name: redis.reference, manifest: { digest: digests.manifest } });
    expect(image.layers.map(({ digest }) => digest)).toEqual(digests.layers);
    expect(await Promise.all(image.layers.map(({ file }) => readFile(file)))).toEqual(layers);
    expect(image.config).toMatchObject({ digest: digests.config, content: Buffer.from('{"repository":"library/redis"}') });
    expect(build).not.toHaveBeenCalled();
    expect(made.notes).toEqual([]);

    const asked = registry.requests.length;
    expect((await pullOrBuild(made.context, redis, either)).source).toBe('pulled');
    expect(registry.requests.length).toBe(asked);
  });

  test('the digest that was pulled stays, though the tag moves on, and though the registry is gone', async () => {
    const { manifest } = registry.publish('library/redis', '8', [Buffer.from('first')]);
    await pullOrBuild(made.context, redis, either);
    registry.publish('library/redis', '8', [Buffer.from('second')]);
    made.context.registries = NO_REGISTRY;
    const { image, source } = await pullOrBuild(made.context, redis, either);
    expect([source, image.manifest.digest]).toEqual(['pulled', manifest]);
  });

  test.each<[string, (digests: { manifest: string; layers: string[] }) => void, string]>([
    ['does not have it', () => registry.files.clear(), 'answers 404'],
    [
      'sends another layer than it names',
      ({ layers }) => spoil(`library/redis/blobs/${layers[0]}`),
      'is not what its digest says',
    ],
    [
      'sends another manifest than it names',
      ({ manifest }) => spoil(`library/redis/manifests/${manifest}`),
      'is not what its digest says',
    ],
    ['has it for other processors only', () => spoil('library/redis/manifests/8', '{"manifests":[]}'), 'is not there for linux/'],
    ['sends something else', () => spoil('library/redis/manifests/8', '<html>'), 'is not one'],
  ])('but %s: the image is built, and nothing is left of the attempt', async (_, change, reason) => {
    change(registry.publish('library/redis', '8', [Buffer.from('layer')]));
    expect(await pullOrBuild(made.context, redis, either)).toEqual({ image: built, source: 'built' });
    expect(made.notes).toHaveLength(1);
    expect(made.notes[0]).toContain('docker.io/library/redis:8 cannot be pulled');
    expect(made.notes[0]).toContain(reason);
    const folder = join(made.context.cacheDirectory, 'artifacts/image-redis');
    expect(existsSync(folder) ? (await readdir(folder)).filter((name) => name !== '.lock') : []).toEqual([]);
  });

  test('a platform that runs on built images keeps them', async () => {
    registry.publish('library/redis', '8', [Buffer.from('layer')]);
    expect(await pullOrBuild(made.context, redis, { only: 'built', build })).toEqual({ image: built, source: 'built' });
    expect(registry.requests).toEqual([]);
  });

  function spoil(path: string, content = 'changed on the way'): void {
    const file = registry.files.get(path);
    if (file === undefined) throw new Error(`nothing is published at ${path}`);
    registry.files.set(path, { ...file, content: Buffer.from(content) });
  }
});

describe('where none answers', () => {
  test('images are built, and one line says so for all', async () => {
    await registry.close();
    for (const image of [redis, rabbitmq]) expect((await pullOrBuild(made.context, image, either)).source).toBe('built');
    expect(made.notes).toEqual([
      `  No image registry answers at ${registry.url}: those images are built here, out of packages.`,
    ]);
    registry = await startRegistryServer();
  });

  test('one that takes connections and never says a word is noticed once, for all images', async () => {
    let connections = 0;
    const server = createServer(() => (connections += 1)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect((await pullOrBuild(made.context, redis, either)).source).toBe('built');
    const asked = connections;
    expect(asked).toBeGreaterThan(0);
    expect((await pullOrBuild(made.context, rabbitmq, either)).source).toBe('built');
    expect(connections).toBe(asked);
    server.close();
  });

  test('a page that a firewall sends is no registry', async () => {
    const { createServer: createWebServer } = await import('node:http');
    const server = createWebServer((_, response) => response.end('<html>refused</html>')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect((await pullOrBuild(made.context, redis, either)).source).toBe('built');
    expect(made.notes[0]).toContain('No image registry answers');
    server.close();
  });

  test('nothing is asked where pulling is switched off', async () => {
    use('none');
    expect((await pullOrBuild(made.context, redis, either)).source).toBe('built');
    expect([made.notes, registry.requests]).toEqual([[], []]);
  });

  test('a platform that runs on pulled images is not given others', async () => {
    made.context.registries = NO_REGISTRY;
    await expect(pullOrBuild(made.context, redis, { only: 'pulled', build })).rejects.toMatchObject({
      name: 'LauncherError',
      message: expect.stringContaining('its registry does not answer'),
      remedy: expect.stringContaining('./chatplatform down'),
    });
    expect(build).not.toHaveBeenCalled();
  });
});
