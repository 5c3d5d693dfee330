import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { API_VERSION, customResourceDefinition, KIND } from '../src/api/index.ts';
import { specSchema } from '../src/api/spec.ts';
import { CHART } from './helm.ts';

const read = async (path: string): Promise<unknown> => parse(await readFile(join(CHART, path), 'utf8'));

/** https://artifacthub.io/docs/topics/annotations/helm/ */
const annotationsSchema = z.object({
  'artifacthub.io/operator': z.literal('true'),
  'artifacthub.io/operatorCapabilities': z.enum([
    'Basic Install',
    'Seamless Upgrades',
    'Full Lifecycle',
    'Deep Insights',
    'Auto Pilot',
  ]),
  'artifacthub.io/license': z.string(),
  'artifacthub.io/crds': z.string(),
  'artifacthub.io/crdsExamples': z.string(),
  'artifacthub.io/images': z.string(),
  'artifacthub.io/links': z.string(),
});
const crdsSchema = z.array(
  z.strictObject({
    kind: z.string(),
    version: z.string(),
    name: z.string(),
    displayName: z.string().min(1),
    description: z.string().min(1),
  }),
);
const chartSchema = z.object({
  version: z.string(),
  appVersion: z.string(),
  annotations: annotationsSchema.strict(),
});

describe('what Artifact Hub reads of the chart', () => {
  let chart: z.infer<typeof chartSchema>;
  beforeAll(async () => {
    chart = chartSchema.parse(await read('Chart.yaml'));
  });

  test('every version is that of the repository', async () => {
    const manifest = JSON.parse(await readFile(join(CHART, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect([chart.version, chart.appVersion]).toEqual([manifest.version, manifest.version]);
  });

  test('the CRDs are those that the chart brings', () => {
    const { metadata, spec } = customResourceDefinition();
    const described = crdsSchema.parse(parse(chart.annotations['artifacthub.io/crds']));
    expect(described.map(({ kind, version, name }) => ({ kind, version, name }))).toEqual(
      spec.versions.map(({ name: version }) => ({ kind: spec.names.kind, version, name: metadata.name })),
    );
  });

  test('the example is a platform that can be had', () => {
    const examples = parse(chart.annotations['artifacthub.io/crdsExamples']) as {
      apiVersion: string;
      kind: string;
      spec: unknown;
    }[];
    expect(examples.map(({ apiVersion, kind }) => [apiVersion, kind])).toEqual([[API_VERSION, KIND]]);
    // What the schema does not know, parsing leaves out.
    for (const { spec } of examples) expect(specSchema.parse(spec)).toEqual(spec);
  });

  test('the image to be scanned is the one that is run', () => {
    const images = parse(chart.annotations['artifacthub.io/images']) as unknown;
    expect(images).toEqual([
      { name: 'operator', image: `docker.io/chatplatform/operator:${chart.appVersion}` },
    ]);
  });

  test('the license is that of the repository', async () => {
    const text = await readFile(join(CHART, '../../LICENSE'), 'utf8');
    expect(text).toContain(`${chart.annotations['artifacthub.io/license']} License`);
  });
});

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
}

/** Paths of objects that would take names they do not know. */
function open(schema: Schema, path: string): string[] {
  const { properties, additionalProperties, items } = schema;
  const own = properties !== undefined && additionalProperties !== false ? [path] : [];
  const inner = Object.entries(properties ?? {}).flatMap(([name, value]) => open(value, `${path}.${name}`));
  return [...own, ...inner, ...(items === undefined ? [] : open(items, `${path}[]`))];
}

/** What a person can set: a leaf a line. */
const names = (value: unknown, path = ''): string[] =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([name, inner]) => names(inner, `${path}.${name}`))
    : [path];

const has = (schema: Schema | undefined, [first, ...rest]: readonly string[]): boolean => {
  if (first === undefined) return schema !== undefined;
  const inner = schema?.properties?.[first];
  if (inner !== undefined) return has(inner, rest);
  return typeof schema?.additionalProperties === 'object';
};

describe('values.schema.json', () => {
  test('refuses unknown names at every depth', async () => {
    expect(open((await read('values.schema.json')) as Schema, '')).toEqual([]);
  });

  test('knows every value of values.yaml, and values.yaml shows every value it knows', async () => {
    const schema = (await read('values.schema.json')) as Schema;
    const values = (await read('values.yaml')) as Record<string, unknown>;
    expect(names(values).filter((path) => !has(schema, path.split('.').slice(1)))).toEqual([]);
    const known = Object.keys(schema.properties ?? {}).filter((name) => name !== 'global');
    expect(known.filter((name) => !(name in values))).toEqual([]);
  });
});
