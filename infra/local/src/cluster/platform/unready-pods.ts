import { z } from 'zod';
import type { Kubectl } from '../kubectl.ts';

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      status: z.object({
        phase: z.string().default('Unknown'),
        conditions: z
          .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
          .default([]),
        containerStatuses: z
          .array(
            z.object({
              restartCount: z.number(),
              state: z.object({
                waiting: z
                  .object({ reason: z.string().default(''), message: z.string().default('') })
                  .optional(),
              }),
            }),
          )
          .default([]),
      }),
    }),
  ),
});

type Pod = z.infer<typeof podsSchema>['items'][number];

const LOG_LINES = 5;

/** For each Pod that is neither ready nor done its name, why, and the end of its log. */
export async function describeUnreadyPods(
  kubectl: Kubectl,
  namespaces: readonly string[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const namespace of namespaces) {
    const { code, stdout } = await kubectl.try('get', 'pods', `--namespace=${namespace}`, '--output=json');
    if (code !== 0) continue;
    for (const pod of podsSchema.parse(JSON.parse(stdout)).items.filter(isUnready))
      lines.push(describe(pod), ...(await logOf(kubectl, pod)));
  }
  return lines;
}

async function logOf(kubectl: Kubectl, { metadata: { name, namespace } }: Pod): Promise<string[]> {
  const { code, stdout } = await kubectl.try(
    'logs', name, `--namespace=${namespace}`, '--all-containers', `--tail=${LOG_LINES}`,
  ); // prettier-ignore
  if (code !== 0) return [];
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => `    ${line.slice(0, 400)}`);
}

function isUnready({ status }: Pod): boolean {
  const ready = status.conditions.find(({ type }) => type === 'Ready')?.status === 'True';
  return !ready && status.phase !== 'Succeeded';
}

function describe({ metadata, status }: Pod): string {
  const waiting = status.containerStatuses
    .map(({ state }) => state.waiting)
    .find((state) => state !== undefined);
  const unscheduled = status.conditions.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  const restarts = status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const why = [waiting?.reason ?? status.phase, waiting?.message ?? unscheduled?.message ?? '']
    .filter((part) => part !== '')
    .join(': ');
  return `${metadata.namespace}/${metadata.name}: ${why.slice(0, 200)}${restarts > 0 ? ` (${restarts} restarts)` : ''}`;
}
