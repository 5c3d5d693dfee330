import { readFile, readdir, readlink, stat, statfs } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import { readCgroupFacts, readMemoryHeadroom } from '../host/cgroup.ts';
import { findOnPath } from '../host/programs.ts';
import { settings } from '../settings.ts';
import { readCommandLine } from '../supervisor/proc.ts';
import type { DiskSpace, Listener, MachineFacts } from './facts.ts';
import { hasCapability, parseListeners, parseMeminfo, parseOsRelease } from './parse.ts';

export interface GatherOptions {
  /** Folders the node and the cache will write to; they need not exist. */
  folders: readonly string[];
  /** Whether a command line is one of the node's own processes. */
  isOwn: (commandLine: readonly string[]) => boolean;
  nodeRunning: boolean;
  cold: boolean;
}

/** Reads what `checkMachine` decides from. Changes nothing. */
export async function gatherMachineFacts(options: GatherOptions): Promise<MachineFacts> {
  const text = (path: string) => readFile(path, 'utf8').catch(() => '');
  const osRelease = await text('/etc/os-release');
  return {
    platform: process.platform,
    architecture: process.arch,
    userId: process.getuid?.() ?? -1,
    os: osRelease === '' ? undefined : parseOsRelease(osRelease),
    missingCapabilities: missingCapabilities(await text('/proc/self/status')),
    hasAptGet: (await findOnPath('apt-get')) !== undefined,
    memoryAvailableBytes: Math.min(
      parseMeminfo(await text('/proc/meminfo'), 'MemAvailable'),
      await readMemoryHeadroom(),
    ),
    disks: await Promise.all(options.folders.map(diskSpace)),
    listeners: await listenersOfOthers(options.isOwn),
    cgroup: await readCgroupFacts(),
    // Known to the kernel, or a module it can load.
    hasOverlayFs: (await text('/proc/filesystems')).includes('overlay') || (await hasOverlayModule()),
    addresses: machineAddresses(),
    nodeRunning: options.nodeRunning,
    cold: options.cold,
  };
}

function missingCapabilities(status: string): string[] {
  return (['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'] as const).filter((name) => !hasCapability(status, name));
}

/** Space below the nearest folder that exists. */
async function diskSpace(folder: string): Promise<DiskSpace> {
  let path = folder;
  while (!(await stat(path).catch(() => undefined))) path = dirname(path);
  const { bavail, bsize } = await statfs(path);
  return { path: folder, availableBytes: bavail * bsize };
}

/** Without the host's ends of Pods' devices: an interrupted run may have left some. */
function machineAddresses(): string[] {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !name.startsWith('veth'))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, address }) => family === 'IPv4' && address !== settings.nodeAddress)
    .map(({ address }) => address);
}

async function listenersOfOthers(isOwn: GatherOptions['isOwn']): Promise<Listener[]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const sockets = tables.flatMap(parseListeners);
  const owners = await socketOwners(new Set(sockets.map((socket) => socket.inode)));
  const listeners = new Map<number, Listener>();
  for (const { port, inode } of sockets) {
    const pid = owners.get(inode);
    const commandLine = pid === undefined ? [] : await readCommandLine(pid);
    if (!isOwn(commandLine)) listeners.set(port, { port, pid, command: commandLine[0] });
  }
  return [...listeners.values()];
}

/** Pids by the inodes of the sockets they hold open. */
async function socketOwners(inodes: ReadonlySet<string>): Promise<Map<string, number>> {
  const owners = new Map<string, number>();
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const descriptors = await readdir(`/proc/${entry}/fd`).catch(() => []); // gone, or another user's
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${entry}/fd/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined && inodes.has(inode)) owners.set(inode, Number(entry));
    }
  }
  return owners;
}

async function hasOverlayModule(): Promise<boolean> {
  const release = (await readFile('/proc/sys/kernel/osrelease', 'utf8').catch(() => '')).trim();
  const modules = await readFile(`/lib/modules/${release}/modules.dep`, 'utf8').catch(() => '');
  return modules.includes('/overlay.ko');
}
