import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConsoleProgress } from '../launcher/progress.ts';
import { findProcesses } from '../node/supervisor/proc.ts';
import { startControlPlane } from './control-plane.ts';
import type { RunningControlPlane } from './control-plane.ts';
import { createKubectl } from './kubectl.ts';
import type { Kubectl } from './kubectl.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';
import { readKeyPair } from './pki/cluster-pki.ts';
import { statusOf } from './readiness.ts';

const processesOf = (dir: string) =>
  findProcesses((commandLine) => commandLine.some((argument) => argument.includes(dir)));

describe('startControlPlane', () => {
  let programs: string;
  let running: RunningControlPlane;
  let kubectl: Kubectl;

  beforeAll(async () => {
    programs = await kubernetesPrograms(createConsoleProgress(process.stderr));
    running = await startControlPlane({
      programs,
      controllers: ['garbage-collector-controller', 'namespace-controller'],
    });
    kubectl = createKubectl({ binary: join(programs, 'kubectl'), kubeconfig: running.kubeconfig });
  }, 120_000);
  afterAll(() => running?.stop(), 30_000);

  test('objects are stored, and with their namespace they go', async () => {
    await kubectl.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'try' } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'try' },
        data: { key: 'value' },
      },
    ]);
    expect(await kubectl.run('get', 'configmap', 'a', '-n', 'try', '-o', 'jsonpath={.data.key}')).toBe(
      'value',
    );
    await kubectl.run('delete', 'namespace', 'try', '--timeout=30s');
    expect((await kubectl.try('get', 'configmap', 'a', '-n', 'try')).stderr).toContain('NotFound');
  }, 60_000);

  test('owners that are deleted take what they own with them', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner', namespace: 'default' } };
    await kubectl.apply([owner]);
    const uid = await kubectl.run('get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    await kubectl.apply([{ ...owner, metadata: { name: 'owned', namespace: 'default', ownerReferences } }]);
    await kubectl.run('delete', 'configmap', 'owner');
    await kubectl.run('wait', '--for=delete', 'configmap/owned', '--timeout=30s');
  }, 60_000);

  test('who shows no certificate may do nothing', async () => {
    const authority = await readFile(join(running.dir, 'pki', 'ca.crt'), 'utf8');
    const admin = await readKeyPair(join(running.dir, 'pki'), 'admin');
    const nobody = { certificate: '', privateKey: '' };
    const url = `${running.url}/api/v1/namespaces`;
    expect(await statusOf({ url, authority, client: admin })).toBe(200);
    expect(await statusOf({ url, authority, client: nobody })).toBe(403);
  });

  test('two run side by side, and stopping one leaves nothing of it and the other alone', async () => {
    const second = await startControlPlane({ programs });
    expect(second.url).not.toBe(running.url);
    expect(await processesOf(second.dir)).toHaveLength(2);
    await second.stop();
    expect(await processesOf(second.dir)).toEqual([]);
    await expect(access(second.dir)).rejects.toThrow('ENOENT');
    expect(await kubectl.run('get', '--raw', '/readyz')).toBe('ok');
  }, 60_000);

  test('a program that ends tells why, and the others end too', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'broken-programs-'));
    try {
      for (const name of ['etcd', 'kube-apiserver']) {
        const script = name === 'etcd' ? 'exec sleep 60' : 'echo "no such flag: --x"; exit 3';
        await writeFile(join(broken, name), `#!/bin/sh\n${script}\n`);
        await chmod(join(broken, name), 0o755);
      }
      await expect(startControlPlane({ programs: broken })).rejects.toThrow(
        'kube-apiserver exited with code 3.\nno such flag: --x',
      );
      expect(await processesOf(broken)).toEqual([]);
    } finally {
      await rm(broken, { recursive: true });
    }
  }, 30_000);
});
