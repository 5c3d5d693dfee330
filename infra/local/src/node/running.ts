import type { NodeLayout } from './layout.ts';
import { readSpecs } from './supervisor/process-spec.ts';
import { supervisedProcess } from './supervisor/control.ts';

/** Whether all processes of the node run now. */
export async function isNodeRunning(layout: NodeLayout): Promise<boolean> {
  const names = [...(await readSpecs(layout.processes)).keys()];
  const processes = await Promise.all(names.map((name) => supervisedProcess(layout, name)));
  return names.length > 0 && processes.every(({ info }) => info !== undefined);
}
