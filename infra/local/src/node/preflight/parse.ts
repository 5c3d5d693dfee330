import type { MachineFacts } from './facts.ts';

/** Parses /etc/os-release. */
export function parseOsRelease(text: string): NonNullable<MachineFacts['os']> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0)
      values.set(
        line.slice(0, at),
        line
          .slice(at + 1)
          .trim()
          .replace(/^(["'])(.*)\1$/, '$2'),
      );
  }
  const id = values.get('ID') ?? 'linux';
  return {
    id,
    like: (values.get('ID_LIKE') ?? '').split(/\s+/).filter((name) => name !== ''),
    prettyName: values.get('PRETTY_NAME') ?? id,
  };
}

/** Bytes of a field of /proc/meminfo, 0 where it is missing. */
export function parseMeminfo(text: string, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text);
  return Number(found?.[1] ?? 0) * 1024;
}

const LISTEN_STATE = '0A';

/** Ports and socket inodes of /proc/net/tcp or /proc/net/tcp6 that are listened on. */
export function parseListeners(text: string): { port: number; inode: string }[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN_STATE)
    .map((fields) => ({
      port: Number.parseInt((fields[1] ?? '').split(':').at(-1) ?? '', 16),
      inode: fields[9] ?? '',
    }));
}

/** Hierarchies of control groups, version 1, from /proc/self/mountinfo: mount point and controllers of each. */
export function parseCgroupMounts(mountinfo: string): { path: string; controllers: string[] }[] {
  return parseMounts(mountinfo)
    .filter(({ type }) => type === 'cgroup')
    .map(({ path, options }) => ({
      path,
      controllers: options.filter((option) => option !== 'rw' && option !== 'ro'),
    }));
}

/** Mount points of the unified hierarchy: one, or none. */
export function parseUnifiedMounts(mountinfo: string): string[] {
  return parseMounts(mountinfo)
    .filter(({ type }) => type === 'cgroup2')
    .map(({ path }) => path);
}

/** Groups of /proc/PID/cgroup by controller; that of the unified hierarchy under ''. */
export function parseOwnCgroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const [, controllers = '', path = '/'] of text.matchAll(/^\d+:([^:]*):(\/.*)$/gm)) {
    for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
}

/** Mount points of /proc/self/mountinfo, in the order they were mounted. */
export function parseMountPoints(mountinfo: string): string[] {
  return parseMounts(mountinfo).map(({ path }) => path);
}

interface Mount {
  path: string;
  type: string;
  /** Of the file system, not of the mount. */
  options: string[];
}

function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const path = left.split(' ')[4];
    const [type = '', , options = ''] = right.split(' ');
    return path === undefined ? [] : [{ path: unescapeOctal(path), type, options: options.split(',') }];
  });
}

/** Spaces, tabs and backslashes in paths are written as three octal digits. */
function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Bits of the capabilities that matter here, by the names the manual page gives them. */
const capabilityBits = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21, CAP_SYS_RESOURCE: 24 } as const;

export type Capability = keyof typeof capabilityBits;

/** Whether /proc/PID/status shows that the process has a capability now. */
export function hasCapability(status: string, capability: Capability): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> BigInt(capabilityBits[capability])) & 1n) === 1n;
}
