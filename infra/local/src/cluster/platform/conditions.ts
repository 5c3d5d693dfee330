import { z } from 'zod';

const conditionSchema = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().default(''),
  message: z.string().default(''),
  observedGeneration: z.number().optional(),
});

/** What the launcher reads of a ChatPlatform. */
export const platformSchema = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z
    .object({ conditions: z.array(conditionSchema).default([]), url: z.string().optional() })
    .default({ conditions: [] }),
});

export type Condition = z.infer<typeof conditionSchema>;
export type Platform = z.infer<typeof platformSchema>;

/** Ready, as of the specification that stands now: a condition about an older one says nothing. */
export function isReady({ metadata, status }: Platform): boolean {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && (ready.observedGeneration ?? 0) >= metadata.generation;
}

/** One line a condition that says something new since `before`; what stays as it is, is left out. */
export function describeChanges(before: readonly Condition[], after: readonly Condition[]): string[] {
  return after
    .filter((condition) => {
      const known = before.find(({ type }) => type === condition.type);
      return known === undefined || describe(known) !== describe(condition);
    })
    .map(describe);
}

function describe({ type, status, reason, message }: Condition): string {
  const said = message === '' ? reason : message;
  return `${type}=${status}${said === '' ? '' : `: ${said}`}`;
}
