import { expect, it } from '@jest/globals';
import { kernelBytes, parseKernelBytes } from './kernel-memory.ts';

const MEMINFO =
  'MemTotal: 16000 kB\nSlab:            300 kB\nSReclaimable:    200 kB\nSUnreclaim:      100 kB\n';
const SOCKSTAT = 'sockets: used 9\nTCP: inuse 3 orphan 0 tw 4 alloc 5 mem 7\nUDP: inuse 1 mem 2\n';

it('is what slabs hold for good, and the pages of TCP', () => {
  expect(parseKernelBytes(MEMINFO, SOCKSTAT)).toBe(100 * 1024 + 7 * 4096);
});

it('is refused where the kernel does not tell it', () => {
  expect(() => parseKernelBytes('', SOCKSTAT)).toThrow('the kernel does not tell');
});

it('is told by this kernel', async () => {
  expect(await kernelBytes()).toBeGreaterThan(0);
});
