import { describe, expect, test } from '@jest/globals';
import { customResourceDefinition, structuralSchema } from './crd.ts';
import type { JsonSchema } from './crd.ts';
import { specSchema } from './spec.ts';

/** Every node of a schema with its path. */
function* nodes(schema: JsonSchema, path = 'spec'): Generator<[string, JsonSchema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* nodes(child, `${path}.${name}`);
  if (schema.items !== undefined) yield* nodes(schema.items, `${path}[]`);
}

const all = [...nodes(structuralSchema(specSchema))];

describe('the CRD', () => {
  test('writes no default into anyone’s spec', () => {
    expect(all.filter(([, node]) => 'default' in node).map(([path]) => path)).toEqual([]);
  });

  test('forbids no additional properties: that is for the API server, which prunes and warns', () => {
    expect(all.filter(([, node]) => node.additionalProperties === false)).toEqual([]);
  });

  test.each(all.filter(([path]) => !path.endsWith('[]')).map(([path, node]) => [path, node] as const))(
    '%s says what it is, with an example',
    (_, node) => {
      expect(node.description).toMatch(/^[A-Z].*\. /);
      expect(node.description).toContain('Example: ');
    },
  );

  test('states the default of every optional field in words', () => {
    const undefaulted = all.flatMap(([path, node]) => {
      const required = new Set(node.required ?? []);
      return Object.entries(node.properties ?? {})
        .filter(([name, child]) => !required.has(name) && !child.description?.includes('Default: '))
        .map(([name]) => `${path}.${name}`);
    });
    expect(undefaulted).toEqual([]);
  });

  test('has the names people type', () => {
    const { names, versions } = customResourceDefinition().spec;
    expect(names).toMatchObject({ shortNames: ['chp'], categories: ['chat'], plural: 'chatplatforms' });
    expect(versions[0]?.subresources).toEqual({ status: {} });
  });
});
