import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCgroupMounts, parseOwnCgroups, parseUnifiedMounts } from '../preflight/parse.ts';
import type { CgroupFacts } from '../preflight/facts.ts';

const UNIFIED = '/sys/fs/cgroup';
const wantedControllers = ['cpu', 'cpuset', 'hugetlb', 'io', 'memory', 'pids'] as const;

export async function readCgroupFacts(): Promise<CgroupFacts> {
  const unified = await readFile(join(UNIFIED, 'cgroup.controllers'), 'utf8').catch(() => undefined);
  if (unified !== undefined) return { version: 2, controllers: unified.trim().split(' ') };
  const controllers = (await legacyHierarchies()).flatMap((hierarchy) => hierarchy.controllers);
  return { version: controllers.length > 0 ? 1 : undefined, controllers };
}

/**
 * Bytes of memory that the control groups of this process leave it: the least of its own group and all above. Infinity
 * where none sets a limit. Pages of files that were read count as free: the kernel takes them back.
 */
export async function readMemoryHeadroom(): Promise<number> {
  const groups = parseOwnCgroups(await readFile('/proc/self/cgroup', 'utf8').catch(() => ''));
  const memory = (await legacyHierarchies()).find(({ controllers }) => controllers.includes('memory'));
  const [root, path, files] =
    memory === undefined
      ? ([
          UNIFIED,
          groups.get('') ?? '/',
          { limit: 'memory.max', usage: 'memory.current', cache: 'inactive_file' },
        ] as const)
      : ([memory.path, groups.get('memory') ?? '/', LEGACY_MEMORY] as const);
  let least = Infinity;
  // In a container the path may be one that is not seen from inside; its root is the container's own group.
  for (let group = path; ; group = dirname(group)) {
    least = Math.min(least, await headroomOf(join(root, group), files));
    if (group === '/') return least;
  }
}

const LEGACY_MEMORY = {
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  cache: 'total_inactive_file',
};

async function headroomOf(group: string, files: typeof LEGACY_MEMORY): Promise<number> {
  const read = (file: string) => readFile(join(group, file), 'utf8').catch(() => '');
  const [limit, usage, stat] = await Promise.all([read(files.limit), read(files.usage), read('memory.stat')]);
  // Version 2 says `max`, version 1 a number beyond all memory.
  if (!/^\d+$/.test(limit.trim())) return Infinity;
  const cache = new RegExp(`^${files.cache} (\\d+)$`, 'm').exec(stat)?.[1] ?? '0';
  return Number(limit) - Number(usage) + Number(cache);
}

/** Makes the group all Pods live below, in each hierarchy, with the controllers the kubelet needs. */
export async function makeCgroup(name: string, facts: CgroupFacts): Promise<void> {
  if (facts.version === 2) return makeUnified(name, facts.controllers);
  for (const { path, controllers } of await legacyHierarchies()) {
    const group = join(path, name);
    await mkdir(group, { recursive: true });
    if (controllers.includes('cpuset')) await inheritCpuset(path, group);
  }
}

/** Ends every process in the group and below. */
export async function killCgroup(name: string): Promise<number> {
  let killed = 0;
  for (const root of await cgroupRoots(name)) {
    for (const group of await descendants(root)) {
      const pids = (await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '')).trim();
      for (const pid of pids.split('\n').filter((line) => line !== '')) {
        killed += kill(Number(pid));
      }
    }
  }
  return killed;
}

/** Removes the group and everything below. Groups with processes in them stay: ask again after they have ended. */
export async function removeCgroup(name: string): Promise<boolean> {
  let gone = true;
  for (const root of await cgroupRoots(name)) {
    for (const group of (await descendants(root)).reverse()) {
      await rmdir(group).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') gone = false;
      });
    }
  }
  return gone;
}

async function makeUnified(name: string, available: readonly string[]): Promise<void> {
  const enable = wantedControllers.filter((controller) => available.includes(controller));
  const group = join(UNIFIED, name);
  await enableControllers(UNIFIED, enable);
  await mkdir(group, { recursive: true });
  await enableControllers(group, enable);
}

/** A controller is written by itself: one that cannot be enabled must not keep the others from it. */
async function enableControllers(group: string, controllers: readonly string[]): Promise<void> {
  for (const controller of controllers) {
    await writeFile(join(group, 'cgroup.subtree_control'), `+${controller}`).catch(
      (error: NodeJS.ErrnoException) => {
        if (controller === 'hugetlb' || controller === 'io') return;
        throw new Error(`The controller ${controller} cannot be enabled in ${group}: ${error.message}`, {
          cause: error,
        });
      },
    );
  }
}

/** A new cpuset is empty, and an empty one takes no process. */
async function inheritCpuset(parent: string, group: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const own = (await readFile(join(group, file), 'utf8')).trim();
    if (own === '') await writeFile(join(group, file), await readFile(join(parent, file), 'utf8'));
  }
}

async function legacyHierarchies(): Promise<{ path: string; controllers: string[] }[]> {
  return parseCgroupMounts(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
}

/** The group in every hierarchy. In the hybrid layout runc makes groups in the unified one as well. */
async function cgroupRoots(name: string): Promise<string[]> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return [...parseCgroupMounts(mountinfo).map(({ path }) => path), ...parseUnifiedMounts(mountinfo)].map(
    (path) => join(path, name),
  );
}

/** The group and all below, parents first. */
async function descendants(group: string): Promise<string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => descendants(join(group, entry.name))),
  );
  return [group, ...below.flat()];
}

function kill(pid: number): number {
  try {
    process.kill(pid, 'SIGKILL');
    return 1;
  } catch {
    return 0; // ended by itself
  }
}
