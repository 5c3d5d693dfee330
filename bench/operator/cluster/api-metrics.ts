import { sumOfSeries } from '../../measure/prometheus-text.ts';

/** Verbs of `apiserver_request_total` that store something. */
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);

/**
 * Writes that the API server has answered since it started, whoever sent them; refused ones count too, they are work.
 * @param text its /metrics
 */
export const writesServed = (text: string): number =>
  sumOfSeries(text, 'apiserver_request_total', ({ verb = '' }) => WRITES.has(verb));
