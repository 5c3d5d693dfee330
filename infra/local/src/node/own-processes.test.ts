import { expect, test } from '@jest/globals';
import { nodeLayout } from './layout.ts';
import { isOwnProcess, isShim } from './own-processes.ts';

const layout = nodeLayout('/var/lib/chatplatform', '/var/cache/chatplatform');

test.each([
  [['/var/lib/chatplatform/bin/etcd', '--name=local'], true],
  [['/usr/bin/containerd'], false],
  [['/var/lib/chatplatform/tools/kubectl', 'get', 'pods'], false],
  [['vi', '/var/lib/chatplatform/bin/etcd'], false],
  [[], false],
])('%j is ours: %s', (commandLine, expected) => expect(isOwnProcess(layout, commandLine)).toBe(expected));

test.each([
  [
    [
      '/usr/bin/containerd-shim-runc-v2',
      '-namespace',
      'k8s.io',
      '-id',
      'a',
      '-address',
      '/run/chatplatform/containerd.sock',
    ],
    true,
  ],
  [
    [
      '/usr/bin/containerd-shim-runc-v2',
      '-namespace',
      'moby',
      '-id',
      'a',
      '-address',
      '/run/containerd/containerd.sock',
    ],
    false,
  ],
  [['/usr/bin/containerd-shim-runc-v2', '-namespace', 'k8s.io'], false],
  [['grep', '-address', '/run/chatplatform/containerd.sock'], false],
])('%j is one of our shims: %s', (commandLine, expected) => {
  expect(isShim(commandLine, '/run/chatplatform/containerd.sock')).toBe(expected);
});
