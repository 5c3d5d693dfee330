import { seriesOf, sumOfSeries } from '../../measure/prometheus-text.ts';

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

/** @param text the operator's /metrics */
export function parseOperatorState(text: string): OperatorState {
  const sum = (name: string): number => sumOfSeries(text, name);
  const byResource = (name: string) =>
    new Map(
      seriesOf(text)
        .filter(({ metric }) => metric === name)
        .map(({ labels, value }) => [labels['resource'] ?? '', value]),
    );
  return {
    leading: sum('operator_leader') === 1,
    busyKeys: sum('operator_workqueue_depth') + sum('operator_reconcile_active'),
    reconciles: sum('operator_reconcile_total'),
    objects: byResource('operator_cache_objects'),
    bytes: byResource('operator_cache_bytes'),
  };
}
