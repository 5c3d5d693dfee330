import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { areReachable, downloadPrograms } from './download.ts';
import type { ReleaseFile } from './release-files.ts';

let folder: string;
let target: string;
let server: Server;
let base: string;
let files: Record<string, Buffer | string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
  target = join(folder, 'target');
  await mkdir(target);
  files = {};
  server = createServer((request, response) => {
    const content = files[request.url ?? ''];
    response.writeHead(content === undefined ? 403 : 200).end(content);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
const step = () => ({ logFile: join(folder, 'log'), report: () => undefined });
const kubectl = (): ReleaseFile => ({
  url: `${base}/kubectl`,
  checksumUrl: `${base}/kubectl.sha256`,
  programs: { kubectl: '' },
});

describe('downloadPrograms', () => {
  test('places a program and makes it executable', async () => {
    files = { '/kubectl': 'program', '/kubectl.sha256': sha256('program') };
    await downloadPrograms(kubectl(), target, step());
    expect(await readdir(target)).toEqual(['kubectl']);
    expect(await readFile(join(target, 'kubectl'), 'utf8')).toBe('program');
    expect((await stat(join(target, 'kubectl'))).mode & 0o777).toBe(0o755);
  });

  test('takes a program out of an archive', async () => {
    await mkdir(join(folder, 'linux-amd64'));
    await writeFile(join(folder, 'linux-amd64/helm'), 'helm');
    execFileSync('tar', ['-czf', join(folder, 'helm.tar.gz'), '-C', folder, 'linux-amd64']);
    const archive = await readFile(join(folder, 'helm.tar.gz'));
    files = { '/helm.tar.gz': archive, '/sums': `${sha256('x')}  other\n${sha256(archive)}  helm.tar.gz\n` };
    const file = {
      url: `${base}/helm.tar.gz`,
      checksumUrl: `${base}/sums`,
      programs: { helm: 'linux-amd64/helm' },
    };
    await downloadPrograms(file, target, step());
    expect(await readdir(target)).toEqual(['helm']);
  });

  test('refuses a file whose checksum differs', async () => {
    files = { '/kubectl': 'changed on the way', '/kubectl.sha256': sha256('program') };
    await expect(downloadPrograms(kubectl(), target, step())).rejects.toThrow('does not have the checksum');
    expect(await readdir(target)).not.toContain('kubectl');
  });

  test('refuses a file whose checksum is not stated', async () => {
    files = { '/kubectl': 'program', '/kubectl.sha256': '<html></html>' };
    await expect(downloadPrograms(kubectl(), target, step())).rejects.toThrow('does not have the checksum');
  });
});

describe('areReachable', () => {
  test('when every checksum file is answered', async () => {
    files = { '/kubectl.sha256': 'x' };
    expect(await areReachable([kubectl()])).toBe(true);
  });

  test('not when one is refused', async () => {
    files = { '/kubectl.sha256': 'x' };
    expect(await areReachable([kubectl(), { ...kubectl(), checksumUrl: `${base}/refused` }])).toBe(false);
  });

  test('not when a host does not answer', async () => {
    server.close();
    expect(await areReachable([kubectl()])).toBe(false);
  });
});
