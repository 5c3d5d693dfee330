import type { NodeLayout } from './layout.ts';
import { supervisedProcess } from './supervisor/control.ts';
import { TICKS_PER_SECOND, readUptime } from './supervisor/proc.ts';
import { readSpecs } from './supervisor/process-spec.ts';
import { SUPERVISOR_NAME } from './supervisor/supervisor.ts';

/** A process of the node, as text for people. */
export interface ProcessRow {
  name: string;
  pid: string;
  state: 'running' | 'stopped';
  uptime: string;
  memory: string;
  restarts: string;
}

/** The supervisor and each process that should run. */
export async function describeProcesses(layout: NodeLayout): Promise<ProcessRow[]> {
  const names = [SUPERVISOR_NAME, ...(await readSpecs(layout.processes)).keys()];
  const now = await readUptime();
  return Promise.all(
    names.map(async (name) => {
      const { record, info } = await supervisedProcess(layout, name);
      return {
        name,
        pid: info === undefined ? '-' : String(info.pid),
        state: info === undefined ? ('stopped' as const) : ('running' as const),
        uptime: info === undefined ? '-' : formatUptime(now - info.startTicks / TICKS_PER_SECOND),
        memory: info === undefined ? '-' : `${Math.round(info.residentBytes / 1024 ** 2)} MiB`,
        restarts: record === undefined || name === SUPERVISOR_NAME ? '-' : String(record.restarts),
      };
    }),
  );
}

/** Two units at most: `41s`, `5m 3s`, `2h 5m`, `3d 2h`. */
export function formatUptime(seconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ];
  const parts: string[] = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || parts.length > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ');
}
