import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { readIfPresent, replaceFile } from '../launcher/files.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import type { MachineTraits } from './config-files.ts';
import { makeCgroup, readCgroupFacts } from './host/cgroup.ts';
import { egressTable, renderEgressRules } from './host/egress.ts';
import { findNameservers } from './host/nameservers.ts';
import { addLoopbackAddress, replaceNftTable } from './host/network.ts';
import { findCniBinaries } from './host/programs.ts';
import { changedSysctls, readSysctls, writeSysctls } from './host/sysctl.ts';
import { hasCapability } from './preflight/parse.ts';
import { settings } from './settings.ts';

const machineRecordSchema = z.object({ sysctls: z.record(z.string(), z.string()) });

/** Finds out what the node's configuration depends on. Changes nothing. */
export async function readMachineTraits(): Promise<MachineTraits> {
  const cgroup = await readCgroupFacts();
  const cniBinaries = await findCniBinaries();
  if (cniBinaries === undefined || cgroup.version === undefined) {
    throw new LauncherError('the network plugins or the control groups of this machine are gone');
  }
  return {
    cgroupVersion: cgroup.version,
    mayLowerOomScore: hasCapability(await readFile('/proc/self/status', 'utf8'), 'CAP_SYS_RESOURCE'),
    cniBinaries,
    nameservers: await findNameservers(),
  };
}

/**
 * Makes what the node needs of the machine: its address, its control group, forwarding, a way out for Pods.
 *
 * @param record file that keeps what was there before, for `restoreSysctls`
 */
export async function prepareMachine(record: string): Promise<void> {
  await recordSysctls(record);
  await writeSysctls({ 'net/ipv4/ip_forward': '1' });
  await addLoopbackAddress(settings.nodeAddress);
  await makeCgroup(settings.cgroupName, await readCgroupFacts());
  await replaceNftTable(egressTable.family, egressTable.name, renderEgressRules(settings));
}

/** Puts the kernel's settings back to what they were before the first `up`. */
export async function restoreSysctls(record: string): Promise<void> {
  const text = await readIfPresent(record);
  if (text === undefined) return;
  const parsed = machineRecordSchema.safeParse(JSON.parse(text));
  if (parsed.success) await writeSysctls(parsed.data.sysctls);
}

/** Once: later runs would record what the node itself has set. */
async function recordSysctls(record: string): Promise<void> {
  if ((await readIfPresent(record)) !== undefined) return;
  await replaceFile(record, JSON.stringify({ sysctls: await readSysctls(changedSysctls) }, null, 2));
}
