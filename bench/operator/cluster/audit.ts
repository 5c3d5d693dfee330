import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/**
 * Every write of one user leaves a line, and nothing else does: what is counted is what reached the API server, whatever the
 * operator says of itself.
 */
export const auditPolicy = (user: string): string =>
  JSON.stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived', 'ResponseStarted'],
    rules: [{ level: 'Metadata', users: [user], verbs: WRITES }, { level: 'None' }],
  });

const eventSchema = z.object({
  verb: z.string(),
  requestURI: z.string(),
  objectRef: z.object({ resource: z.string(), subresource: z.string().optional() }),
  responseStatus: z.object({ code: z.number() }).optional(),
});

export interface Write {
  /** `apply` for a server-side apply, which the log calls a patch. */
  readonly verb: string;
  /** `deployments`, `chatplatforms/status` ... */
  readonly resource: string;
  /** 0 where no answer was sent. */
  readonly code: number;
}

/** @param line one line of the audit log */
export function parseAuditLine(line: string): Write {
  const { verb, requestURI, objectRef, responseStatus } = eventSchema.parse(JSON.parse(line));
  const { resource, subresource } = objectRef;
  return {
    verb: verb === 'patch' && requestURI.includes('fieldManager=') ? 'apply' : verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    code: responseStatus?.code ?? 0,
  };
}

/** How often each combination of verb and resource appears, as `apply deployments`; the most frequent first. */
export function countWrites(writes: readonly Write[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { verb, resource } of writes) {
    const name = `${verb} ${resource}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].toSorted(([, a], [, b]) => b - a));
}

/** Keeping the lease is a write every few seconds by design, and says nothing of the platforms. */
export const isLease = ({ resource }: Write): boolean => resource === 'leases';

/** Reads the log on from where it was read to last. */
export class AuditLog {
  readonly #file: string;
  #position = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** All complete lines since the last call. */
  async read(): Promise<Write[]> {
    const handle = await open(this.#file);
    try {
      const { size } = await handle.stat();
      if (size === this.#position) return [];
      const stream = handle.createReadStream({ start: this.#position, end: size - 1, autoClose: false });
      const writes: Write[] = [];
      for await (const line of createInterface({ input: stream })) {
        // The API server writes whole lines; one that is cut off is read with the next.
        if (!line.endsWith('}')) break;
        writes.push(parseAuditLine(line));
        this.#position += Buffer.byteLength(line) + 1;
      }
      return writes;
    } finally {
      await handle.close();
    }
  }
}
