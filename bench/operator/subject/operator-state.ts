/** A moment of the operator, by its own metrics. */
export interface OperatorState {
  readonly leading: boolean;
  /** Keys that wait or are worked on; those that wait for a time are not among them. */
  readonly busyKeys: number;
  /** Reconciles that have ended since it started. */
  readonly reconciles: number;
  /** Objects in its caches, by resource. */
  readonly objects: ReadonlyMap<string, number>;
  /** Bytes that they take, by resource. */
  readonly bytes: ReadonlyMap<string, number>;
}

const SERIES = /^(operator_\w+)(?:\{(.*)\})? (\S+)$/;
const RESOURCE = /resource="([^"]*)"/;

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

const samplesOf = (text: string): Sample[] =>
  text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SERIES.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });

/** @param text the operator's /metrics */
export function parseOperatorState(text: string): OperatorState {
  const samples = samplesOf(text);
  const named = (wanted: string) => samples.filter(({ name }) => name === wanted);
  const sum = (name: string): number => named(name).reduce((total, { value }) => total + value, 0);
  const byResource = (name: string) =>
    new Map(named(name).map(({ labels, value }) => [RESOURCE.exec(labels)?.[1] ?? '', value]));
  return {
    leading: sum('operator_leader') === 1,
    busyKeys: sum('operator_workqueue_depth') + sum('operator_reconcile_active'),
    reconciles: sum('operator_reconcile_total'),
    objects: byResource('operator_cache_objects'),
    bytes: byResource('operator_cache_bytes'),
  };
}
