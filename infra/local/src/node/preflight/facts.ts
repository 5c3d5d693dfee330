/** A program that listens on a TCP port. */
export interface Listener {
  port: number;
  /** Unknown where the process belongs to another user or another namespace. */
  pid: number | undefined;
  command: string | undefined;
}

export interface DiskSpace {
  path: string;
  availableBytes: number;
}

/** Everything `checkMachine` decides from. */
export interface MachineFacts {
  platform: string;
  architecture: string;
  userId: number;
  /** /etc/os-release: `ID`, `ID_LIKE` (split) and `PRETTY_NAME`; undefined where there is no such file. */
  os: { id: string; like: readonly string[]; prettyName: string } | undefined;
  /** Names of the capabilities the node cannot do without that this process lacks. */
  missingCapabilities: readonly string[];
  hasAptGet: boolean;
  /** The machine's, or what the control group leaves that this process is limited by. */
  memoryAvailableBytes: number;
  disks: readonly DiskSpace[];
  /** Listeners that are not the node's own. */
  listeners: readonly Listener[];
  cgroup: CgroupFacts;
  hasOverlayFs: boolean;
  /** IPv4 addresses of the machine's interfaces, without the node's own. */
  addresses: readonly string[];
  /** The node's processes are running already. */
  nodeRunning: boolean;
  /** Binaries and images have to be built or downloaded first. */
  cold: boolean;
}

export interface CgroupFacts {
  /** 1 for the legacy and the hybrid layout, 2 for the unified one, undefined where none is mounted. */
  version: 1 | 2 | undefined;
  controllers: readonly string[];
}
