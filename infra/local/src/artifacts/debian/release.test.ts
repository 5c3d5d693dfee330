import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostRelease, imageRelease } from './release.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-'));
});
afterEach(() => rm(folder, { recursive: true }));

const releaseOf = async (content: string) => {
  const file = join(folder, 'os-release');
  await writeFile(file, content);
  return hostRelease(file);
};

describe('hostRelease', () => {
  test('Debian', async () => {
    const release = await releaseOf('PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_CODENAME=bookworm\nID=debian\n');
    expect(release.codename).toBe('bookworm');
    expect(release.sources).toContain('debian-security bookworm-security main');
  });

  test('Ubuntu, where servers are in universe', async () => {
    const release = await releaseOf('ID=ubuntu\nVERSION_CODENAME="noble"\n');
    expect(release.sources).toContain('noble-security main universe');
  });

  test.each(['PRETTY_NAME="Alpine Linux v3.22"\nID=alpine\n', ''])('refuses %j and says what to use', async (content) => {
    await expect(releaseOf(content)).rejects.toMatchObject({
      message: expect.stringContaining('not Debian or Ubuntu'),
      remedy: expect.stringContaining('docker compose up'),
    });
  });
});

test('images are made of packages whose release is signed', () => {
  expect(imageRelease.sources.trim().split('\n').every((line) => line.includes('signed-by='))).toBe(true);
});
