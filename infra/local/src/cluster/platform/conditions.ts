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

/** Sums of the others: they change with every one of them. */
const summaries = new Set(['Ready', 'Available', 'Progressing']);

/** One line for each condition that came true or ceased to be since `before`, and for each new message of trouble. */
export function describeChanges(before: readonly Condition[], after: readonly Condition[]): string[] {
  return after
    .filter(({ type }) => !summaries.has(type))
    .filter((condition) => {
      const known = before.find(({ type }) => type === condition.type);
      // A platform that is being made starts with nothing true: that is no news.
      const changed = condition.status !== (known?.status ?? 'False');
      return changed || (condition.type === 'Degraded' && condition.message !== (known ?? condition).message);
    })
    .map(describe);
}

/** What the platform is waiting for, in one line. */
export function describeProgress(conditions: readonly Condition[]): string {
  const message = (wanted: string) => conditions.find(({ type }) => type === wanted)?.message;
  return message('Progressing') ?? message('Ready') ?? 'waiting for the operator';
}

function describe({ type, status, reason, message }: Condition): string {
  const said = message === '' ? reason : message;
  return `${type}=${status}${said === '' ? '' : `: ${said}`}`;
}
