import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { submissionFor, threeWayPatch } from './submit.ts';

const live = (metadata: object): KubeObject => ({
  apiVersion: 'chatplatform.dev/v1alpha1',
  kind: 'ChatPlatform',
  metadata: { name: 'demo', namespace: 'chat', ...metadata },
});

const applied = (manager: string) => ({
  manager,
  operation: 'Apply',
  fieldsV1: { 'f:spec': { 'f:profile': {} } },
});

describe('a file is planned the way it will be applied', () => {
  test('for the first time', () => {
    expect(submissionFor(undefined, undefined)).toEqual({ way: 'create' });
  });

  test('by kubectl apply, which remembers what was in the file', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{"a":1}}' };
    expect(submissionFor(live({ annotations }), undefined)).toEqual({
      way: 'merge',
      lastApplied: { spec: { a: 1 } },
    });
  });

  test('by the manager that applies it on the server', () => {
    const managedFields = [
      applied('flux'),
      { manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:spec': {} } },
      { ...applied('operator'), subresource: 'status' },
    ];
    expect(submissionFor(live({ managedFields }), undefined)).toEqual({
      way: 'server-side',
      fieldManager: 'flux',
    });
  });

  test('by the manager that is named, and not by a guess among several', () => {
    const several = live({ managedFields: [applied('flux'), applied('argocd')] });
    expect(submissionFor(several, 'argocd')).toEqual({ way: 'server-side', fieldManager: 'argocd' });
    expect(() => submissionFor(several, undefined)).toThrow('applied by several: flux, argocd');
  });
});

test('the merge of kubectl apply takes away what the file no longer says, and only that', () => {
  const before = { spec: { profile: 'Standard', mail: { from: 'a', smtp: { host: 'h' } } } };
  const wanted = { spec: { profile: 'Standard', mail: { from: 'b' }, services: { chat: { env: [] } } } };
  expect(threeWayPatch(before, wanted)).toEqual({
    spec: {
      profile: 'Standard',
      mail: { from: 'b', smtp: null },
      services: { chat: { env: [] } },
    },
  });
});
