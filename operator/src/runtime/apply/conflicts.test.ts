import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../errors.ts';
import { conflictsOf, describeConflicts, isDrift, withoutFields, type FieldConflict } from './conflicts.ts';

const conflictError = (causes: { field: string; message: string }[]) =>
  new ApiError({
    status: 409,
    reason: 'Conflict',
    message: 'Apply failed',
    request: 'PATCH /x',
    details: { causes: causes.map((cause) => ({ ...cause, reason: 'FieldManagerConflict' })) },
  });

describe('conflictsOf', () => {
  test('tells an update by hand, an autoscaler and another apply apart', () => {
    const conflicts = conflictsOf(
      conflictError([
        { field: '.data.a', message: 'conflict with "kubectl-edit" using v1 at 2026-01-01T00:00:00Z' },
        {
          field: '.spec.replicas',
          message: 'conflict with "kube-controller-manager" with subresource "scale" using apps/v1',
        },
        { field: '.data.b', message: 'conflict with "argocd"' },
      ]),
    );
    expect(conflicts).toEqual([
      { field: '.data.a', manager: 'kubectl-edit', operation: 'update' },
      {
        field: '.spec.replicas',
        manager: 'kube-controller-manager',
        operation: 'update',
        subresource: 'scale',
      },
      { field: '.data.b', manager: 'argocd', operation: 'apply' },
    ]);
    expect(conflicts.map(isDrift)).toEqual([true, false, false]);
    expect(describeConflicts(conflicts.slice(2))).toBe('.data.b is held by "argocd"');
  });

  test('a 409 of another sort has none', () => {
    const error = new ApiError({
      status: 409,
      reason: 'Conflict',
      message: 'uid mismatch',
      request: 'PATCH /x',
    });
    expect(conflictsOf(error)).toEqual([]);
  });
});

describe('withoutFields', () => {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', annotations: { 'example.dev/a': '1', 'example.dev/a.b': '2' } },
    spec: {
      replicas: 3,
      template: {
        spec: {
          containers: [
            { name: 'web', image: 'web:1', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] },
            { name: 'other', image: 'other:1' },
          ],
        },
      },
    },
  };
  const without = (field: string) =>
    withoutFields(object, [
      { field, manager: 'm', operation: 'apply' } satisfies FieldConflict,
    ]) as typeof object;

  test('a plain field goes, the rest stays', () => {
    const rest = without('.spec.replicas');
    expect('replicas' in rest.spec).toBe(false);
    expect(rest.spec.template).toEqual(object.spec.template);
    expect(object.spec.replicas).toBe(3);
  });

  test('keys with dots are told apart', () => {
    expect(without('.metadata.annotations.example.dev/a').metadata.annotations).toEqual({
      'example.dev/a.b': '2',
    });
    expect(without('.metadata.annotations.example.dev/a.b').metadata.annotations).toEqual({
      'example.dev/a': '1',
    });
  });

  test('a field of one element, by one key or two', () => {
    const containers = without('.spec.template.spec.containers[name="web"].image').spec.template.spec
      .containers;
    expect(containers[0]).not.toHaveProperty('image');
    expect(containers[1]).toEqual(object.spec.template.spec.containers[1]);
    const path = '.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].name';
    expect(without(path).spec.template.spec.containers[0]?.ports).toEqual([
      { containerPort: 80, protocol: 'TCP' },
    ]);
  });

  test('a path that leads nowhere changes nothing', () => {
    expect(without('.spec.nothing.at.all')).toEqual(object);
  });
});
