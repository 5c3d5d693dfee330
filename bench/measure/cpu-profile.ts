import { z } from 'zod';

const callFrame = z.object({ functionName: z.string(), url: z.string() });
const node = z.object({ id: z.number(), callFrame, children: z.array(z.number()).optional() });

/** What of a profile as V8 writes it is used here; times are microseconds. */
export const cpuProfile = z.object({
  nodes: z.array(node),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
export type CpuProfile = z.infer<typeof cpuProfile>;
type ProfileNode = CpuProfile['nodes'][number];

const IDLE = '(idle)';
const GARBAGE = '(garbage collector)';
const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//u;
const OWN_FOLDER = /\/(services\/[^/]+)\/src\//u;

/**
 * Whose the time of a profile was: by package, by service folder, `node` for what neither asked for, each as a share of
 * the time that was not idle, in all 1. What Node's own modules and V8 do counts for the package that called them.
 */
export function sharesByOwner({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<string, number> {
  const parents = new Map<number, ProfileNode>();
  for (const parent of nodes) for (const child of parent.children ?? []) parents.set(child, parent);
  const owners = new Map(nodes.map((each) => [each.id, ownerOf(each, parents)]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const owner = owners.get(id) ?? 'node';
    if (owner !== IDLE) times.set(owner, (times.get(owner) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
  return new Map([...times].map(([owner, time]) => [owner, time / busy]));
}

function ownerOf(sampled: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): string {
  const { functionName } = sampled.callFrame;
  if (functionName === IDLE || functionName === GARBAGE) return functionName;
  for (let each: ProfileNode | undefined = sampled; each !== undefined; each = parents.get(each.id)) {
    const { url } = each.callFrame;
    const owner = PACKAGE.exec(url)?.[1] ?? OWN_FOLDER.exec(url)?.[1];
    if (owner !== undefined) return owner;
  }
  return 'node';
}
