import fc from 'fast-check';
import { parse } from 'yaml';
import type { ChatPlatformSpec } from '../src/api/index.ts';
import { structuralSchema, type JsonSchema } from '../src/api/crd.ts';
import { specSchema } from '../src/api/spec.ts';

type Fields = Record<string, unknown>;

/** The one Secret that generated specs refer to: the example in the documentation of every reference's `name`. */
export const GIVEN_SECRET = 'chat-secret';

/**
 * Left out because what comes of them depends on what was before, rightly so: volumes neither shrink nor move, and what
 * an earlier spec got running goes on when the API server refuses the children of the next.
 */
const LEFT_OUT = new Set([
  'storage',
  'limits',
  'memory',
  'nodePort',
  'gateway',
  'issuerRef',
  'profile',
  'engine',
  'url',
]);
/** `url` and `gateway` are names of other things elsewhere. */
const KEPT = new Set(['stores.influxdb.external.url', 'services.gateway']);

/** Taken as in the example: the given Secret has the keys of the examples and no other; time zones are looked up. */
const KNOWN = new Set(['key', 'timeZone']);

/** `Example: ...` at the end of a description is YAML, and valid: another test sees to that. */
const exampleOf = ({ description = '' }: JsonSchema): unknown => {
  const text = /Example: (.*)$/s.exec(description)?.[1];
  return text === undefined ? undefined : parse(text);
};

const sometimes = <T>(arbitrary: fc.Arbitrary<T>, depth: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: depth > 1 ? 2 : 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const objectOf = (schema: JsonSchema, path: readonly string[]): fc.Arbitrary<unknown> => {
  const { properties = {}, required = [] } = schema;
  const fields = Object.entries(properties)
    .filter(([name]) => !LEFT_OUT.has(name) || KEPT.has([...path, name].join('.')))
    .map(([name, property]) => {
      const inner = arbitraryOf(property, [...path, name]);
      return [name, required.includes(name) ? inner : sometimes(inner, path.length)] as const;
    });
  return fc.record(Object.fromEntries(fields));
};

const stringOf = (schema: JsonSchema, path: readonly string[]): fc.Arbitrary<unknown> => {
  const example = exampleOf(schema);
  const { pattern, maxLength } = schema;
  const isChecked = schema['x-kubernetes-validations'] !== undefined || pattern !== undefined;
  const isKnown = KNOWN.has(path.at(-1) ?? '');
  if (typeof example === 'string' && (isChecked || isKnown)) return fc.constant(example);
  const free = fc
    .stringMatching(/^[a-z][a-z0-9]{3,8}$/)
    .filter((text) => text.length <= Number(maxLength ?? 9));
  return example === undefined ? free : fc.oneof(fc.constant(String(example)), free);
};

const numberOf = ({ type, minimum = 0, maximum = 9 }: JsonSchema): fc.Arbitrary<unknown> => {
  const [min, max] = [Number(minimum), Math.min(Number(maximum), Number(minimum) + 5)];
  return type === 'integer' ? fc.integer({ min, max }) : fc.constantFrom(min, 0.25, 0.5, max);
};

const arrayOf = (items: JsonSchema, path: readonly string[]): fc.Arbitrary<unknown> => {
  const element = arbitraryOf(items, path);
  const identity = (value: unknown) => (value as { name?: string }).name ?? JSON.stringify(value);
  return fc.uniqueArray(element, { maxLength: 2, selector: identity });
};

const byType: Record<string, (schema: JsonSchema, path: readonly string[]) => fc.Arbitrary<unknown>> = {
  boolean: () => fc.boolean(),
  string: stringOf,
  integer: numberOf,
  number: numberOf,
  array: (schema, path) => arrayOf(schema.items ?? {}, path),
  object: (schema, path) =>
    schema.properties === undefined ? fc.constant(exampleOf(schema) ?? {}) : objectOf(schema, path),
};

/** Values that fit the schema, but perhaps not its CEL rules: those the API server knows. */
const arbitraryOf = (schema: JsonSchema, path: readonly string[] = []): fc.Arbitrary<unknown> => {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema['x-kubernetes-int-or-string'] === true) return fc.constant(exampleOf(schema));
  const arbitrary = byType[schema.type ?? 'object'];
  if (!arbitrary) throw new TypeError(`nothing is known of type ${schema.type}`);
  return arbitrary(schema, path);
};

/** What stays the same through all edits of one platform. */
export interface Fixed {
  profile: NonNullable<ChatPlatformSpec['profile']>;
  engine: 'SQLServer' | 'PostgreSQL';
}

const secretRef = { name: GIVEN_SECRET };

/** Without the settings that belong to another type of exposure; types that need CRDs of others become Ingress. */
const exposureOf = ({ type, ingress, loadBalancer, tls }: NonNullable<ChatPlatformSpec['exposure']>) => ({
  url: 'https://chat.example.org',
  ...(type && { type: type === 'Gateway' ? ('Ingress' as const) : type }),
  ...(type === 'Ingress' && ingress && { ingress }),
  ...(type === 'LoadBalancer' && loadBalancer && { loadBalancer }),
  ...(tls && { tls: { secretRef } }),
});

const storesOf = (stores: NonNullable<ChatPlatformSpec['stores']>, { profile, engine }: Fixed) => {
  const exclusive = Object.entries(stores).map(([name, store]) => [
    name,
    store?.external ? { external: store.external } : store,
  ]);
  return {
    ...(Object.fromEntries(exclusive) as typeof stores),
    ...(profile !== 'Development' && { objectStorage: { external: { azureBlob: { secretRef } } } }),
    sql: { ...(stores.sql?.external && { external: stores.sql.external }), engine },
  };
};

const mailOf = ({ from, smtp }: NonNullable<ChatPlatformSpec['mail']>, { profile }: Fixed) => {
  const server = smtp ?? (profile === 'Development' ? undefined : { host: 'smtp.example.org' });
  return { ...(from !== undefined && { from }), ...(server && { smtp: server }) };
};

/** Decides between fields that exclude each other, and adds what others need: so that most specs are valid. */
const reconciled = (spec: ChatPlatformSpec, fixed: Fixed): ChatPlatformSpec => {
  const { exposure = {}, stores = {}, mail = {}, push, hostname = 'chat.example.org' } = spec;
  return {
    ...spec,
    profile: fixed.profile,
    ...(['Ingress', 'Gateway'].includes(exposure.type ?? '') && { hostname }),
    exposure: exposureOf(exposure),
    stores: storesOf(stores, fixed),
    mail: mailOf(mail, fixed),
    ...(push && { push: { ...push, enabled: push.fcm !== undefined && push.enabled === true } }),
  };
};

const plain = (value: unknown): Fields => JSON.parse(JSON.stringify(value)) as Fields;

/** Specs of one platform, derived from the schema that the CRD is made of. */
export const arbitrarySpec = (fixed: Fixed): fc.Arbitrary<ChatPlatformSpec> =>
  arbitraryOf(structuralSchema(specSchema)).map(
    (spec) => plain(reconciled(plain(spec) as ChatPlatformSpec, fixed)) as ChatPlatformSpec,
  );

export const arbitraryFixed: fc.Arbitrary<Fixed> = fc.record({
  profile: fc.constantFrom('Development' as const, 'Standard' as const, 'HighlyAvailable' as const),
  engine: fc.constantFrom('SQLServer' as const, 'PostgreSQL' as const),
});
