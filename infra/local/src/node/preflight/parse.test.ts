import { describe, expect, test } from '@jest/globals';
import {
  hasCapability,
  parseCgroupMounts,
  parseListeners,
  parseMeminfo,
  parseMountPoints,
  parseOsRelease,
  parseOwnCgroups,
  parseUnifiedMounts,
} from './parse.ts';

test('groups of a process, of both versions', () => {
  const groups = parseOwnCgroups('4:memory:/limited/here\n2:cpu,cpuacct:/\n0::/unified\n');
  expect([groups.get('memory'), groups.get('cpuacct'), groups.get('')]).toEqual([
    '/limited/here',
    '/',
    '/unified',
  ]);
});

describe('parseOsRelease', () => {
  test('quoted and plain values', () => {
    const text =
      'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nID=ubuntu\nID_LIKE=debian\n# comment\nVERSION_ID=\'24.04\'\n';
    expect(parseOsRelease(text)).toEqual({
      id: 'ubuntu',
      like: ['debian'],
      prettyName: 'Ubuntu 24.04.2 LTS',
    });
  });
  test('an empty file', () =>
    expect(parseOsRelease('')).toEqual({ id: 'linux', like: [], prettyName: 'linux' }));
});

test('parseMeminfo', () => {
  const text = 'MemTotal:       24684448 kB\nMemFree:         1 kB\nMemAvailable:   23829504 kB\n';
  expect(parseMeminfo(text, 'MemAvailable')).toBe(23829504 * 1024);
  expect(parseMeminfo(text, 'SwapFree')).toBe(0);
});

test('parseListeners takes listening sockets only, of both address families', () => {
  const heading =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const tcp =
    heading +
    '   0: 0100007F:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0\n' +
    '   1: 0100007F:C350 0100007F:094B 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4\n';
  expect(parseListeners(tcp)).toEqual([{ port: 2379, inode: '4711' }]);
  const tcp6 =
    heading +
    '   0: 00000000000000000000000000000000:192B 00000000000000000000000000000000:0000 0A 0:0 00:0 0     0        0 99 1\n';
  expect(parseListeners(tcp6)).toEqual([{ port: 6443, inode: '99' }]);
});

test('parseCgroupMounts and parseUnifiedMounts', () => {
  const mountinfo =
    '30 25 0:26 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw,mode=755\n' +
    '31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n' +
    '32 30 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n' +
    '33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n';
  expect(parseCgroupMounts(mountinfo)).toEqual([
    { path: '/sys/fs/cgroup/cpu,cpuacct', controllers: ['cpu', 'cpuacct'] },
    { path: '/sys/fs/cgroup/systemd', controllers: ['name=systemd'] },
  ]);
  expect(parseUnifiedMounts(mountinfo)).toEqual(['/sys/fs/cgroup/unified']);
});

test('parseMountPoints undoes escapes', () => {
  expect(
    parseMountPoints('1 0 8:1 / / rw - ext4 /dev/vda rw\n2 1 0:5 / /mnt/a\\040b rw - tmpfs t rw\n'),
  ).toEqual(['/', '/mnt/a b']);
});

describe('hasCapability', () => {
  test.each([
    ['CapEff:\t000001ffffffffff', true, true],
    ['CapEff:\t000001fffeffffff', false, true],
    ['CapEff:\t00000000a80425fb', false, false],
    ['CapEff:\t0000000000000000', false, false],
    ['', false, false],
  ])('%j: may lower OOM scores %s, may mount %s', (status, resource, admin) => {
    expect(hasCapability(`Name:\tx\n${status}\n`, 'CAP_SYS_RESOURCE')).toBe(resource);
    expect(hasCapability(`Name:\tx\n${status}\n`, 'CAP_SYS_ADMIN')).toBe(admin);
    expect(hasCapability(`Name:\tx\n${status}\n`, 'CAP_NET_ADMIN')).toBe(admin);
  });
});
