import { cpuBetween, readMachine } from '../../measure/machine.ts';
import type { CpuSeconds, ProcessGroups } from './jobs.ts';

export interface CpuWatch {
  /** CPU seconds since the watch began. */
  used(): Promise<{ readonly own: number; readonly servers: CpuSeconds }>;
}

/** The generator looks at the servers itself: it alone knows when what counts begins and ends. */
export async function watchCpu(servers: ProcessGroups): Promise<CpuWatch> {
  const before = await readMachine();
  const ownBefore = process.cpuUsage();
  return {
    async used() {
      const own = process.cpuUsage(ownBefore);
      const byGroup = cpuBetween(before, await readMachine(), [...servers.values()]);
      return {
        own: (own.user + own.system) / 1e6,
        servers: new Map([...servers].map(([component, group]) => [component, byGroup.get(group) ?? 0])),
      };
    },
  };
}
