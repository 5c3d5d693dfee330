import { describe, expect, test } from '@jest/globals';
import { checkMachine } from './check-machine.ts';
import { cidrContains } from './cidr.ts';
import type { MachineFacts } from './facts.ts';

const GIB = 1024 ** 3;
const good: MachineFacts = {
  platform: 'linux',
  architecture: 'x64',
  userId: 0,
  os: { id: 'debian', like: [], prettyName: 'Debian GNU/Linux 12 (bookworm)' },
  missingCapabilities: [],
  hasAptGet: true,
  memoryAvailableBytes: 8 * GIB,
  disks: [{ path: '/var/lib/chatplatform', availableBytes: 20 * GIB }],
  listeners: [{ port: 22, pid: 1, command: 'sshd' }],
  cgroup: { version: 2, controllers: ['cpu', 'cpuset', 'io', 'memory', 'pids'] },
  hasOverlayFs: true,
  addresses: ['192.168.1.10', '172.17.0.1'],
  nodeRunning: false,
  cold: true,
};

const messages = (facts: Partial<MachineFacts>) => checkMachine({ ...good, ...facts }).map((p) => p.message);

describe('checkMachine', () => {
  test('a good machine has no problem', () => expect(messages({})).toEqual([]));

  test('a derivative of Ubuntu will do', () => {
    expect(messages({ os: { id: 'linuxmint', like: ['ubuntu', 'debian'], prettyName: 'Mint' } })).toEqual([]);
  });

  test.each([
    [
      'another distribution',
      { os: { id: 'fedora', like: [], prettyName: 'Fedora 43' } },
      'this is Fedora 43',
    ],
    ['another system', { platform: 'darwin', os: undefined }, 'this is darwin'],
    ['another processor', { architecture: 'riscv64' }, 'this is riscv64'],
    ['not root', { userId: 1000 }, 'needs root'],
    [
      'a container',
      { missingCapabilities: ['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'] },
      'root lacks CAP_SYS_ADMIN and CAP_NET_ADMIN',
    ],
    ['no apt', { hasAptGet: false }, 'apt-get is missing'],
    [
      'little memory',
      { memoryAvailableBytes: 3.5 * GIB },
      'only 3.5 GiB of memory are free; the platform needs 4.0 GiB',
    ],
    [
      'no memory controller',
      { cgroup: { version: 2 as const, controllers: ['cpu', 'pids'] } },
      'lack the controllers cpuset, memory',
    ],
    [
      'no cgroups',
      { cgroup: { version: undefined, controllers: [] } },
      'lack the controllers cpu, cpuset, memory, pids',
    ],
    ['no overlay', { hasOverlayFs: false }, 'no overlay file system'],
    ['an overlapping network', { addresses: ['10.244.3.1'] }, '10.244.3.1 lies in 10.244.0.0/16'],
    [
      'a busy port',
      { listeners: [{ port: 6443, pid: 42, command: 'k3s' }] },
      'port 6443 is taken by k3s (pid 42)',
    ],
    [
      'a busy node port',
      { listeners: [{ port: 30080, pid: undefined, command: undefined }] },
      'port 30080 is taken by another program',
    ],
  ])('%s', (_, facts, message) => {
    const found = messages(facts as Partial<MachineFacts>);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test('disk: ten GiB to build everything, three when it is there', () => {
    const disks = [{ path: '/var/lib/chatplatform', availableBytes: 5 * GIB }];
    expect(messages({ disks, cold: true })).toEqual([
      'only 5.0 GiB are free on the disk of /var/lib/chatplatform; 10.0 GiB are needed',
    ]);
    expect(messages({ disks, cold: false })).toEqual([]);
    const full = [{ path: '/', availableBytes: 2 * GIB }];
    expect(messages({ disks: full, cold: false })).toHaveLength(1);
  });

  test('a running node has its memory and its disk already', () => {
    expect(
      messages({ nodeRunning: true, memoryAvailableBytes: GIB, disks: [{ path: '/', availableBytes: GIB }] }),
    ).toEqual([]);
  });

  test('all problems are told at once, but only the fundamental one without root', () => {
    const both = { hasAptGet: false, memoryAvailableBytes: GIB };
    expect(messages(both)).toHaveLength(2);
    expect(messages({ ...both, userId: 1000 })).toHaveLength(1);
  });
});

describe('cidrContains', () => {
  test.each([
    ['10.244.0.0/16', '10.244.255.255', true],
    ['10.244.0.0/16', '10.245.0.0', false],
    ['192.168.1.128/25', '192.168.1.127', false],
    ['192.168.1.128/25', '192.168.1.200', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['10.0.0.1/32', '10.0.0.2', false],
  ])('%s has %s: %s', (cidr, address, expected) => expect(cidrContains(cidr, address)).toBe(expected));
});
