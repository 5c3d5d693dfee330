import type { RunningServer } from '../processes/server.ts';

/** Where the programs are and where a store may write. */
export interface StoreContext {
  /** Root of the unpacked host packages; '' when they are installed on the host itself. */
  packages: string;
  /** Data, logs and sockets of all stores; one folder a store below it. */
  dir: string;
  /** Fixed ports (the inner loop) or 0 for a free one (tests). */
  port: (preferred: number) => Promise<number>;
}

/** A store that runs as a process of the calling user, and the settings by which clients reach it. */
export interface RunningStore {
  readonly process: RunningServer;
  /** Configuration keys as the services read them, for example `REDIS_URL`. */
  readonly settings: Record<string, string>;
  stop(): Promise<void>;
}

/** Debian's multi-arch library folder below an unpacked package root. */
export function libraryPath(packages: string): Record<string, string> {
  if (packages === '') return {};
  const arch = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return { LD_LIBRARY_PATH: [`${packages}/usr/lib/${arch}`, `${packages}/lib/${arch}`].join(':') };
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The uid of `nobody`: for servers that refuse to run as root. */
export const NOBODY = 65534;
