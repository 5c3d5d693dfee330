import { z } from 'zod';

const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'use a DNS label: a-z, 0-9 and dashes');

/**
 * What a stack decides. Everything else has the operator's default.
 *
 * `platform` is a `ChatPlatform` spec as `kubectl apply` takes it; the API server validates it.
 */
export const stackSettings = z.strictObject({
  /** Path of a kubeconfig; without it the ambient one counts (KUBECONFIG, ~/.kube/config). */
  kubeconfig: z.string().optional(),
  /** Context in that kubeconfig; without it the current one. */
  context: z.string().optional(),
  operatorNamespace: dnsLabel.default('chatplatform-system'),
  /** A folder or an OCI reference. */
  chart: z.string().default('../charts/chatplatform-operator'),
  /** Chart values, laid over the chart's own. */
  chartValues: z.record(z.string(), z.unknown()).default({}),
  platformName: dnsLabel.default('chat'),
  platformNamespace: dnsLabel.default('chatplatform'),
  platform: z.record(z.string(), z.unknown()).default({}),
});
export type StackSettings = z.infer<typeof stackSettings>;

export class StackSettingsError extends Error {
  constructor(issues: readonly z.core.$ZodIssue[]) {
    const lines = issues.map((issue) => `  chatplatform:${issue.path.join('.')}: ${issue.message}`);
    super(
      `the stack's configuration is wrong:\n${lines.join('\n')}\nSet it with: pulumi config set --path chatplatform:<key> <value>`,
    );
    this.name = 'StackSettingsError';
  }
}

/** Reads the stack's `chatplatform:*` keys, each as `get` finds it (undefined when it is not set). */
export function readStackSettings(get: (key: string) => unknown): StackSettings {
  const raw = Object.fromEntries(
    Object.keys(stackSettings.shape)
      .map((key) => [key, get(key)] as const)
      .filter(([, value]) => value !== undefined),
  );
  const parsed = stackSettings.safeParse(raw);
  if (!parsed.success) throw new StackSettingsError(parsed.error.issues);
  return parsed.data;
}
