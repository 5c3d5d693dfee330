import { expect, test } from '@jest/globals';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { noStyle } from '../output/style.ts';
import { renderStatus } from './render.ts';
import { platformReport } from './report.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:55:00Z',
});

const platform = (status: object): KubeObject => ({
  apiVersion: 'chatplatform.dev/v1alpha1',
  kind: 'ChatPlatform',
  metadata: { name: 'demo', namespace: 'chat', generation: 2 },
  spec: {},
  status,
});

const render = (status: object) =>
  renderStatus(platformReport(platform(status), []), { style: noStyle, now: NOW });

test('a tree of conditions, then of components by stage', () => {
  const text = render({
    observedGeneration: 2,
    url: 'http://chat.test',
    version: { current: '0.1.0', target: '0.2.0' },
    conditions: [
      condition('Ready', 'False', 'ComponentsNotReady', 'redis: no node'),
      condition('Degraded', 'True', 'PodsFailing', 'redis: no node'),
      condition('RedisReady', 'False', 'PodsFailing', 'no node'),
      condition('ChatReady', 'True', 'Serving', 'serving'),
    ],
    components: [
      { name: 'chat', state: 'Ready', ready: '2/2' },
      { name: 'redis', state: 'Degraded', ready: '0/1', message: 'no node' },
    ],
  });
  expect(text.split('\n').slice(0, 5)).toEqual([
    'chat/demo  not Ready  0.1.0 → 0.2.0  http://chat.test',
    '├─ ✗ Ready     False  ComponentsNotReady  5m  redis: no node',
    '└─ ✗ Degraded  True   PodsFailing         5m  redis: no node',
    'stores',
    '└─ ✗ redis  Degraded  0/1  PodsFailing  5m  no node',
  ]);
  expect(text).toContain('└─ ✓ chat  Ready  2/2  Serving  5m');
});

test('a platform that no operator has looked at says so', () => {
  expect(render({})).toBe('chat/demo  not Ready\nno operator has looked at it yet: is one installed?\n');
});

test('a status of an older spec says so', () => {
  const text = render({ observedGeneration: 1, conditions: [condition('Ready', 'True', 'Serving', '')] });
  expect(text).toContain('the operator has yet to look at the newest spec');
});
