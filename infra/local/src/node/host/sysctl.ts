import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Settings of the kernel the node changes, or the kubelet does by itself. */
export const changedSysctls = [
  'net/ipv4/ip_forward',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
] as const;

/** Values by name; a setting this kernel does not have is left out. */
export async function readSysctls(names: readonly string[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = await readFile(join('/proc/sys', name), 'utf8').catch(() => undefined);
    if (value !== undefined) values[name] = value.trim();
  }
  return values;
}

/** Writes what differs. */
export async function writeSysctls(values: Readonly<Record<string, string>>): Promise<void> {
  const present = await readSysctls(Object.keys(values));
  for (const [name, value] of Object.entries(values)) {
    if (present[name] !== value) await writeFile(join('/proc/sys', name), value);
  }
}
