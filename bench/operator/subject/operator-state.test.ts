import { expect, it } from '@jest/globals';
import { parseOperatorState } from './operator-state.ts';

const METRICS = [
  '# TYPE operator_leader gauge',
  'operator_leader 1',
  'operator_workqueue_depth{controller="chatplatform",priority="change"} 2',
  'operator_workqueue_depth{controller="chatplatform",priority="resync"} 3',
  'operator_reconcile_active{controller="chatplatform"} 4',
  'operator_reconcile_total{controller="chatplatform",result="success"} 10',
  'operator_reconcile_total{controller="chatplatform",result="requeue"} 5',
  'operator_cache_objects{resource="pods"} 250',
  'operator_cache_objects{resource="secrets"} 140',
  'operator_cache_bytes{resource="secrets"} 9000',
].join('\n');

it('tells what waits, what was done, and what is held', () => {
  expect(parseOperatorState(METRICS)).toEqual({
    leading: true,
    busyKeys: 9,
    reconciles: 15,
    objects: new Map([
      ['pods', 250],
      ['secrets', 140],
    ]),
    bytes: new Map([['secrets', 9000]]),
  });
});

it('does not take a standby for a leader', () => {
  expect(parseOperatorState('operator_leader 0').leading).toBe(false);
});
