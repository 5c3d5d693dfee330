import { describe, expect, test } from '@jest/globals';
import { examplePlatform, exampleNames } from '../../test/platform-of.ts';
import type { KubeObject } from '../runtime/index.ts';
import { observedFrom } from './observed.ts';
import { quantityValue } from './quantities.ts';
import { COMPONENTS, STAGES } from './rollout.ts';

const objectsOf = (file: string) =>
  COMPONENTS.flatMap((component) => component.desired(examplePlatform(file), observedFrom([])));

interface PodTemplate {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: {
    readonly automountServiceAccountToken: boolean;
    readonly containers: readonly {
      readonly resources: {
        readonly requests: Record<string, string>;
        readonly limits: Record<string, string>;
      };
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
}

const templateOf = (object: KubeObject) =>
  (object['spec'] as { template?: PodTemplate } | undefined)?.template;
const templates = (file: string) => objectsOf(file).flatMap((object) => templateOf(object) ?? []);

describe('the rollout', () => {
  test('goes from stores over migrations and services to the edge', () => {
    expect(STAGES.map(({ name }) => name)).toEqual([
      'configuration',
      'tools',
      'stores',
      'migrations',
      'services auth',
      'services user, chat, media, analytics',
      'services gateway, notification',
      'edge',
    ]);
  });

  test('every component has a name and a condition of its own', () => {
    expect(new Set(COMPONENTS.map(({ name }) => name)).size).toBe(COMPONENTS.length);
    expect(new Set(COMPONENTS.map(({ condition }) => condition)).size).toBe(COMPONENTS.length);
  });
});

describe('the demo', () => {
  test('leaves room on two cores and four GiB for the node and the operator', () => {
    // Jobs run before the services do.
    const running = objectsOf('single-node.yaml').filter(({ kind }) => kind !== 'Job');
    const requests = running.flatMap((object) => templateOf(object)?.spec.containers ?? []);
    const total = (name: string) =>
      requests.reduce((sum, { resources }) => sum + quantityValue(resources.requests[name] ?? '0'), 0);
    expect(total('cpu')).toBeLessThan(1.2);
    expect(total('memory')).toBeLessThan(2 * 2 ** 30);
  });
});

describe.each(exampleNames())('the Pods of %s', (file) => {
  test('hold no token of the API', () => {
    for (const { spec } of templates(file)) expect(spec.automountServiceAccountToken).toBe(false);
  });

  test('have requests, and a limit of memory', () => {
    for (const { spec } of templates(file)) {
      for (const { resources } of spec.containers) {
        expect(Object.keys(resources.requests).sort()).toEqual(['cpu', 'memory']);
        expect(resources.limits['memory']).toBeDefined();
      }
    }
  });

  test('carry no secret in the clear in their environment', () => {
    const secrets = new Set(Object.values(examplePlatform(file).credentials));
    const values = templates(file).flatMap(({ spec }) => spec.containers.flatMap(({ env = [] }) => env));
    expect(values.filter(({ value }) => value !== undefined && secrets.has(value))).toEqual([]);
  });
});

test('every object says to which platform and component it belongs', () => {
  for (const file of exampleNames()) {
    const { name } = examplePlatform(file);
    for (const { metadata } of objectsOf(file)) {
      expect(metadata.name.startsWith(`${name}-`)).toBe(true);
      expect(metadata.name.length).toBeLessThanOrEqual(63);
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/name': 'chatplatform',
        'app.kubernetes.io/instance': name,
        'app.kubernetes.io/managed-by': 'chatplatform-operator',
      });
      expect(metadata.labels?.['app.kubernetes.io/component']).toBeTruthy();
    }
  }
});

test('no two objects are one', () => {
  for (const file of exampleNames()) {
    const ids = objectsOf(file).map(
      ({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`,
    );
    expect(ids.length).toBe(new Set(ids).size);
  }
});
