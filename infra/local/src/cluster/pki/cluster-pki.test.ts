import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterLeaves, ensureClusterPki, readKeyPair } from './cluster-pki.ts';

const subjects = {
  nodeName: 'node-1',
  nodeAddress: '10.255.0.1',
  apiServerAddresses: ['10.255.0.1'],
  serviceAddress: '10.96.0.1',
};
const now = new Date('2026-11-22T12:00:00Z');
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);

describe('ensureClusterPki', () => {
  let directory: string;
  const certificate = async (name: string) =>
    new X509Certificate((await readKeyPair(directory, name)).certificate);
  const content = async () =>
    Object.fromEntries(
      await Promise.all(
        (await readdir(directory)).map(
          async (name) => [name, await readFile(join(directory, name), 'utf8')] as const,
        ),
      ),
    );

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pki-'));
    await ensureClusterPki(directory, subjects, now);
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('every certificate is signed by its own authority and by no other', async () => {
    const authorities = await Promise.all(['ca', 'etcd-ca', 'front-proxy-ca'].map(certificate));
    for (const [name, leaf] of Object.entries(clusterLeaves(subjects))) {
      const signed = await certificate(name);
      const signers = authorities.filter((authority) => signed.verify(authority.publicKey));
      expect([name, signers.map(({ subject }) => subject)]).toEqual([
        name,
        [(await certificate(leaf.authority)).subject],
      ]);
      expect(signed.ca).toBe(false);
      expect(signed.checkPrivateKey(createPrivateKey((await readKeyPair(directory, name)).privateKey))).toBe(
        true,
      );
    }
    expect(authorities.every(({ ca }) => ca)).toBe(true);
  });

  test('the API server is known by all its names and addresses', async () => {
    const server = await certificate('apiserver');
    for (const address of ['127.0.0.1', '10.96.0.1', '10.255.0.1'])
      expect(server.checkIP(address)).toBe(address);
    for (const name of ['localhost', 'kubernetes.default.svc']) expect(server.checkHost(name)).toBe(name);
    expect(server.checkIP('10.255.0.2')).toBeUndefined();
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  test('organizations are the groups of a user', async () => {
    expect((await certificate('kubelet')).subject).toBe('O=system:nodes\nCN=system:node:node-1');
    expect((await certificate('admin')).subject).toBe('O=system:masters\nCN=chatplatform-admin');
    expect((await certificate('kubelet')).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  test('private keys are readable by their owner only', async () => {
    const files = (await readdir(directory)).filter((name) => name.endsWith('.key'));
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
  });

  test('the service account keys belong together', async () => {
    const read = (name: string) => readFile(join(directory, name), 'utf8');
    const fromPrivate = createPublicKey(createPrivateKey(await read('sa.key'))).export({
      type: 'spki',
      format: 'pem',
    });
    expect(createPublicKey(await read('sa.pub')).export({ type: 'spki', format: 'pem' })).toBe(fromPrivate);
  });

  test('what is good is kept', async () => {
    const before = await content();
    await ensureClusterPki(directory, subjects, days(300));
    expect(await content()).toEqual(before);
  });

  test('what ends within thirty days is renewed, by the same authority', async () => {
    const before = await content();
    await ensureClusterPki(directory, subjects, days(340));
    const after = await content();
    expect(after['ca.crt']).toBe(before['ca.crt']);
    expect(after['sa.key']).toBe(before['sa.key']);
    expect(after['apiserver.crt']).not.toBe(before['apiserver.crt']);
    expect((await certificate('apiserver')).validToDate.getTime()).toBe(days(340 + 365).getTime());
  });

  test('another address makes another certificate, and only that', async () => {
    const before = await content();
    await ensureClusterPki(directory, { ...subjects, nodeAddress: '10.255.0.9' }, now);
    const after = await content();
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(changed.sort()).toEqual(['kubelet-server.crt', 'kubelet-server.key']);
  });

  test('a key without its certificate, as an interruption leaves it, is made anew', async () => {
    await rm(join(directory, 'admin.crt'));
    await writeFile(join(directory, 'admin.key'), 'torn');
    await ensureClusterPki(directory, subjects, now);
    const { privateKey } = await readKeyPair(directory, 'admin');
    expect((await certificate('admin')).checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
  });
});
