import { expect, it } from '@jest/globals';
import { writesServed } from './api-metrics.ts';

it('sums what was written, by whatever verb and with whatever answer, and nothing that was read', () => {
  const text = [
    '# HELP apiserver_request_total [STABLE] Counter of apiserver requests',
    '# TYPE apiserver_request_total counter',
    'apiserver_request_total{code="201",component="apiserver",resource="pods",verb="POST",version="v1"} 3',
    'apiserver_request_total{code="409",component="apiserver",resource="pods",verb="APPLY",version="v1"} 1',
    'apiserver_request_total{code="200",component="apiserver",resource="pods",verb="LIST",version="v1"} 50',
    'apiserver_request_total{code="200",component="apiserver",resource="pods",verb="WATCH",version="v1"} 50',
    'apiserver_request_duration_seconds_count{resource="pods",verb="POST"} 90',
    'apiserver_request_total{code="0",resource="POST",verb="GET"} 7',
    'apiserver_request_total{code="200",resource="deployments",subresource="status",verb="PUT"} 1.2e+03',
    '',
  ].join('\n');
  expect(writesServed(text)).toBe(1204);
});
