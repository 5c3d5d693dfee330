import fc from 'fast-check';
import type { JsonSchema } from '../../documents/json-schema.ts';

const DATE_RANGE = { min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true };

const byFormat: Readonly<Record<string, () => fc.Arbitrary<string>>> = {
  uuid: () => fc.uuid({ version: 7 }),
  email: () => fc.stringMatching(/^[a-z][a-z0-9]{0,9}@example\.org$/),
  'date-time': () => fc.date(DATE_RANGE).map((date) => date.toISOString()),
};

const stringOf = ({ format, pattern, minLength, maxLength }: JsonSchema): fc.Arbitrary<string> => {
  if (typeof format === 'string' && byFormat[format] !== undefined) return byFormat[format]();
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern));
  return fc.string({
    minLength: typeof minLength === 'number' ? minLength : 0,
    maxLength: typeof maxLength === 'number' ? Math.min(maxLength, 40) : 40,
  });
};

const objectOf = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const fields = Object.entries(properties).map(([name, field]) => [name, arbitraryOf(field)]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: required,
  });
};

const byType: Readonly<Record<string, (schema: JsonSchema) => fc.Arbitrary<unknown>>> = {
  string: stringOf,
  object: objectOf,
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: ({ minimum = 0, maximum = 2 ** 31 }) => fc.integer({ min: Number(minimum), max: Number(maximum) }),
  array: ({ items, maxItems }) =>
    fc.array(arbitraryOf(items as JsonSchema), { maxLength: Math.min(Number(maxItems ?? 4), 4) }),
};

/** Values that a JSON Schema allows, as far as the events' schemas go. @throws when it meets a word it does not know */
export const arbitraryOf = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return fc.oneof(...choices.map((choice) => arbitraryOf(choice as JsonSchema)));
  const { type } = schema;
  if (Array.isArray(type))
    return fc.oneof(...type.map((one: unknown) => arbitraryOf({ ...schema, type: one })));
  const make = byType[String(type)];
  if (make === undefined) throw new Error(`no values known for ${JSON.stringify(schema)}`);
  return make(schema);
};

/** The value with a field in every object that no schema knows. */
export const withUnknownFields = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withUnknownFields);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, withUnknownFields(field)]);
  return { ...Object.fromEntries(fields), addedLater: { at: [1] } };
};
