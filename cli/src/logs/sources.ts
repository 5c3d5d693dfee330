import { z } from 'zod';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { LABEL } from '@chatplatform/operator/platform/labels';
import { ApiError } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import type { Cluster } from '../cluster/cluster.ts';
import { parseLine } from './line.ts';
import type { LogLine } from './line.ts';

/** A container whose log is read. */
export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly component: string;
}

const podSchema = z.object({
  spec: z.object({ containers: z.array(z.object({ name: z.string() })) }),
});

/** The containers of some Pods. */
export function sourcesOf(pods: readonly KubeObject[]): LogSource[] {
  return pods.flatMap((pod) => {
    const { namespace = '', name, labels } = pod.metadata;
    const component = labels?.[LABEL.component] ?? name;
    const parsed = podSchema.safeParse(pod).data;
    return (parsed?.spec.containers ?? []).map((container) => ({
      namespace,
      pod: name,
      container: container.name,
      component,
    }));
  });
}

export interface ReadOptions {
  readonly follow?: boolean;
  readonly sinceSeconds?: number | undefined;
  /** RFC 3339. */
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
  /** Of the container's run before this one. */
  readonly previous?: boolean;
  readonly signal: AbortSignal;
}

/** Lines of one container, as they come. A container that has not begun yet has none. */
export async function* readLog(
  { transport }: Cluster,
  { namespace, pod, container, component }: LogSource,
  { signal, ...options }: ReadOptions,
): AsyncGenerator<LogLine> {
  const query = new URLSearchParams({ container, timestamps: 'true' });
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && value !== false) query.set(name, String(value));
  }
  const lines = transport.lines({
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/${KINDS.pod.plural}/${pod}/log?${query.toString()}`,
    accept: '*/*',
    verb: 'get',
    resource: 'pods/log',
    idempotent: true,
    signal,
  });
  try {
    for await (const line of lines) yield parseLine(line, { pod, component });
  } catch (error) {
    if (signal.aborted) return;
    // Not begun yet, gone meanwhile, or without a run before this one.
    if (error instanceof ApiError && (error.status === 400 || error.status === 404)) return;
    throw error;
  }
}
