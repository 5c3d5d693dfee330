import { describe, expect, test } from '@jest/globals';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import { overridden } from './pod-overrides.ts';

const base: PodTemplateSpec = {
  metadata: { labels: { 'app.kubernetes.io/name': 'chatplatform' } },
  spec: {
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    containers: [
      {
        name: 'chat',
        image: 'chat:1',
        env: [{ name: 'CONFIG_DIRS', value: '/etc' }],
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  },
};

describe('overrides of a Pod template', () => {
  test('nothing said, nothing changed', () => {
    expect(overridden(base, {})).toEqual(base);
  });

  test('lists are merged by what names their elements', () => {
    const { spec } = overridden(base, {
      podTemplate: {
        spec: {
          containers: [
            { name: 'chat', env: [{ name: 'NODE_OPTIONS', value: '--trace-gc' }] },
            { name: 'sidecar', image: 'sidecar:1' },
          ],
          volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }],
        },
      },
    });
    expect(spec?.containers.map(({ name }) => name)).toEqual(['chat', 'sidecar']);
    expect(spec?.containers[0]).toMatchObject({
      image: 'chat:1',
      env: [
        { name: 'CONFIG_DIRS', value: '/etc' },
        { name: 'NODE_OPTIONS', value: '--trace-gc' },
      ],
    });
    expect(spec?.volumes).toEqual([{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }]);
  });

  test('null removes, and a list without names is replaced', () => {
    const { spec } = overridden(base, {
      scheduling: { tolerations: [{ key: 'a', operator: 'Exists' }] },
      podTemplate: { spec: { enableServiceLinks: null, tolerations: [{ key: 'b', operator: 'Exists' }] } },
    });
    expect(spec).not.toHaveProperty('enableServiceLinks');
    expect(spec?.tolerations).toEqual([{ key: 'b', operator: 'Exists' }]);
  });

  test('labels and annotations are added', () => {
    const { metadata } = overridden(base, {
      podTemplate: { labels: { team: 'chat' }, annotations: { note: 'n' } },
    });
    expect(metadata).toEqual({
      labels: { 'app.kubernetes.io/name': 'chatplatform', team: 'chat' },
      annotations: { note: 'n' },
    });
  });
});
