import { readFile } from 'node:fs/promises';

/** Linux counts the memory of sockets' buffers in pages. */
const PAGE_BYTES = 4096;

/** Bytes that the kernel holds for itself in slabs (sockets, file descriptors, epoll items) and in TCP's buffers. */
export async function kernelBytes(): Promise<number> {
  const [meminfo, sockstat] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/net/sockstat', 'utf8'),
  ]);
  return parseKernelBytes(meminfo, sockstat);
}

/** @param meminfo the text of /proc/meminfo @param sockstat the text of /proc/net/sockstat */
export function parseKernelBytes(meminfo: string, sockstat: string): number {
  // What can be reclaimed is left out: it is cached names and inodes, and grows with whatever files are read.
  const slabs = /^SUnreclaim:\s+(\d+) kB$/m.exec(meminfo)?.[1];
  const pages = /^TCP: .*\bmem (\d+)/m.exec(sockstat)?.[1];
  if (slabs === undefined || pages === undefined) throw new Error('the kernel does not tell its memory');
  return Number(slabs) * 1024 + Number(pages) * PAGE_BYTES;
}
