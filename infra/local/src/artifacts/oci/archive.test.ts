import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile } from '../cache/hash.ts';
import { writeOciArchive } from './archive.ts';
import { composeImage } from './image.ts';
import type { Layer } from './layer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterEach(() => rm(folder, { recursive: true }));

const layer = async (name: string): Promise<Layer> => {
  const file = join(folder, name);
  await writeFile(file, `content of ${name}`);
  return { file, digest: `sha256:${await hashFile(file)}`, size: (await stat(file)).size };
};

test('an archive holds every image, shared layers once, and each blob under the hash of its content', async () => {
  const [base, left, right] = await Promise.all([layer('base'), layer('left'), layer('right')]);
  const images = [
    composeImage('docker.io/x/left:1.0', [base, left], { user: '999', command: ['left'] }, 'amd64'),
    composeImage('docker.io/x/right:2.0', [base, right], { entrypoint: ['right'] }, 'amd64'),
  ];
  const file = join(folder, 'out/images.tar');
  await writeOciArchive(images, file);
  expect(await readdir(join(folder, 'out'))).toEqual(['images.tar']);

  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  execFileSync('tar', ['-xf', file, '-C', unpacked]);
  const blobs = await readdir(join(unpacked, 'blobs/sha256'));
  expect(blobs).toHaveLength(3 + 2 + 2); // layers, configurations, manifests
  for (const blob of blobs) expect(await hashFile(join(unpacked, 'blobs/sha256', blob))).toBe(blob);

  const index = JSON.parse(await readFile(join(unpacked, 'index.json'), 'utf8'));
  expect(index.manifests.map((manifest: { annotations: object }) => manifest.annotations)).toEqual([
    { 'io.containerd.image.name': 'docker.io/x/left:1.0', 'org.opencontainers.image.ref.name': '1.0' },
    { 'io.containerd.image.name': 'docker.io/x/right:2.0', 'org.opencontainers.image.ref.name': '2.0' },
  ]);
  const manifest = JSON.parse(
    await readFile(join(unpacked, 'blobs/sha256', index.manifests[0].digest.slice(7)), 'utf8'),
  );
  expect(manifest.layers.map((entry: { digest: string }) => entry.digest)).toEqual([base.digest, left.digest]);
  const config = JSON.parse(await readFile(join(unpacked, 'blobs/sha256', manifest.config.digest.slice(7)), 'utf8'));
  expect(config).toMatchObject({
    os: 'linux',
    architecture: 'amd64',
    config: { User: '999', Cmd: ['left'] },
    rootfs: { type: 'layers', diff_ids: [base.digest, left.digest] },
  });
});

test('an image has the same digest whenever it is composed, and another one for another start', async () => {
  const base = await layer('base');
  const digest = (command: string) =>
    composeImage('docker.io/x/y:1', [base], { command: [command] }, 'amd64').manifest.digest;
  expect(digest('a')).toBe(digest('a'));
  expect(digest('a')).not.toBe(digest('b'));
  const ending = composeImage('docker.io/x/y:1', [base], { stopSignal: 'SIGQUIT' }, 'amd64').config.content;
  expect(JSON.parse(ending.toString())).toMatchObject({ config: { StopSignal: 'SIGQUIT' } });
});
