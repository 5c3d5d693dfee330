import { describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { corednsObjects } from './addons/coredns.ts';
import { localStorageObjects } from './addons/local-storage.ts';
import { metricsServerObjects } from './addons/metrics-server.ts';
import { nodeAccess } from './addons/node-access.ts';
import { renderConfigFiles } from './config-files.ts';
import type { MachineTraits } from './config-files.ts';
import { nodeLayout } from './layout.ts';
import { processSpecs } from './process-specs.ts';
import { settings } from './settings.ts';

/**
 * Everything the node is configured by, as it is written. To renew after a change that is meant:
 * `RENEW_GOLDEN=1 npm run test:unit -- infra/local/src/node/golden`, then read the difference.
 */
const folder = join(import.meta.dirname, '__golden__');

function expectGolden(name: string, text: string): void {
  const path = join(folder, name);
  if (process.env['RENEW_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const layout = nodeLayout('/var/lib/chatplatform', '/var/cache/chatplatform');
const machines: Record<string, MachineTraits> = {
  'cgroup-v1-without-sys-resource': {
    cgroupVersion: 1,
    mayLowerOomScore: false,
    cniBinaries: '/usr/lib/cni',
    nameservers: [],
  },
  'cgroup-v2-with-sys-resource': {
    cgroupVersion: 2,
    mayLowerOomScore: true,
    cniBinaries: '/opt/cni/bin',
    nameservers: ['192.168.1.1', '9.9.9.9'],
  },
};

describe.each(Object.entries(machines))('on a machine with %s', (name, traits) => {
  const files = renderConfigFiles(layout, traits, 'docker.io/chatplatform/local-pause:1.0-0123456789ab');

  test.each(Object.entries(files))('%s', (file, content) => expectGolden(join(name, file), content));

  test('DNS', () => {
    const objects = corednsObjects({
      image: 'coredns:1',
      clusterDomain: settings.clusterDomain,
      serviceAddress: settings.dnsServiceAddress,
      nameservers: traits.nameservers,
    });
    const configuration = objects.find(({ kind }) => kind === 'ConfigMap') as unknown as {
      data: { Corefile: string };
    };
    expectGolden(join(name, 'Corefile'), configuration.data.Corefile);
    expectGolden(join(name, 'coredns.json'), json(objects));
  });
});

test('command lines of all processes', () => {
  const files = renderConfigFiles(
    layout,
    machines['cgroup-v1-without-sys-resource'] as MachineTraits,
    'pause:1',
  );
  const specs = processSpecs({
    layout,
    files,
    programs: '/var/cache/chatplatform/artifacts/kubernetes/1',
    containerdBinary: '/usr/bin/containerd',
    proxyEnvironment: { HTTPS_PROXY: 'http://proxy:3128' },
  });
  expectGolden('processes.json', json(specs.map(({ inputs: _, ...spec }) => spec)));
});

test('a process is started anew when, and only when, what it reads has changed', () => {
  const inputs = (traits: MachineTraits, programs = '/programs') =>
    Object.fromEntries(
      processSpecs({
        layout,
        files: renderConfigFiles(layout, traits, 'pause:1'),
        programs,
        containerdBinary: '/usr/bin/containerd',
        proxyEnvironment: {},
      }).map((spec) => [spec.name, spec.inputs]),
    );
  const traits = machines['cgroup-v2-with-sys-resource'] as MachineTraits;
  const before = inputs(traits);
  const changed = (after: Record<string, string>) =>
    Object.keys(after).filter((name) => after[name] !== before[name]);
  expect(changed(inputs(traits))).toEqual([]);
  expect(changed(inputs({ ...traits, cniBinaries: '/usr/lib/cni' }))).toEqual(['containerd']);
  expect(changed(inputs({ ...traits, mayLowerOomScore: false }))).toEqual([
    'containerd',
    'kubelet',
    'kube-proxy',
  ]);
  expect(changed(inputs(traits, '/newer'))).toEqual([
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
    'kube-proxy',
  ]);
});

test('storage and access to the node', () => {
  const storage = localStorageObjects({
    provisionerImage: 'provisioner:1',
    helperImage: 'busybox:1',
    directory: layout.volumes,
  });
  expectGolden('local-storage.json', json(storage));
  expectGolden('node-access.json', json(nodeAccess));
});

test('metrics of Pods', () => {
  const objects = metricsServerObjects({
    image: 'metrics-server:1',
    serving: { certificate: 'certificate', privateKey: 'key' },
    authority: 'authority',
  });
  expectGolden('metrics-server.json', json(objects));
});
