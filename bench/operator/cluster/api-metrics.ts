/** Verbs of `apiserver_request_total` that store something. */
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);

const SERIES = /^apiserver_request_total\{(.*)\} (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/**
 * Writes that the API server has answered since it started, whoever sent them; refused ones count too, they are work.
 * @param text its /metrics
 */
export function writesServed(text: string): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    const [, labels = '', value = ''] = SERIES.exec(line) ?? [];
    const verb = [...labels.matchAll(LABEL)].find(([, name]) => name === 'verb')?.[2];
    if (verb !== undefined && WRITES.has(verb)) sum += Number(value);
  }
  return sum;
}
