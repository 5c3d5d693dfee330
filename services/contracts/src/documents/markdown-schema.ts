import type { JsonSchema } from './json-schema.ts';

type Field = { path: string; type: string; required: boolean; notes: string };

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): JsonSchema[] => (Array.isArray(value) ? value.filter(isSchema) : []);

const code = (value: unknown): string => `\`${String(value)}\``;

const refName = (ref: unknown): string => String(ref).split('/').at(-1) ?? '';

const scalarText = ({ type, format }: JsonSchema): string =>
  `${String(type ?? 'anything')}${typeof format === 'string' ? ` (${format})` : ''}`;

/** The type of a value in a few words; a schema with a name becomes a link to it. */
export const typeText = (schema: JsonSchema): string => {
  if (schema['$ref'] !== undefined)
    return `[${refName(schema['$ref'])}](#${refName(schema['$ref']).toLowerCase()})`;
  if (schema['const'] !== undefined) return code(JSON.stringify(schema['const']));
  if (Array.isArray(schema['enum'])) return schema['enum'].map(code).join(' \\| ');
  const options = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  if (options.length > 0) return options.map(typeText).join(' or ');
  if (isSchema(schema['items'])) return `array of ${typeText(schema['items'])}`;
  return scalarText(schema);
};

const LIMITS: readonly [key: string, say: (value: unknown) => string][] = [
  ['default', (value) => `default ${code(JSON.stringify(value))}`],
  ['minimum', (value) => `at least ${String(value)}`],
  ['maximum', (value) => `at most ${String(value)}`],
  ['exclusiveMinimum', (value) => `above ${String(value)}`],
  ['minLength', (value) => `${String(value)} characters or more`],
  ['maxLength', (value) => `${String(value)} characters at most`],
  ['maxItems', (value) => `${String(value)} at most`],
  ['pattern', (value) => `matches ${code(String(value).replaceAll('|', '\\|'))}`],
];

export const notesText = (schema: JsonSchema): string =>
  [
    ...(typeof schema['description'] === 'string' ? [schema['description']] : []),
    ...LIMITS.flatMap(([key, say]) => (schema[key] === undefined ? [] : [say(schema[key])])),
  ].join('; ');

/** The object inside, when a field is one in line or a list of them: its fields are listed below it. */
const nested = (schema: JsonSchema): { suffix: string; schema: JsonSchema } | undefined => {
  if (isSchema(schema['properties'])) return { suffix: '', schema };
  const { items } = schema;
  return isSchema(items) && isSchema(items['properties']) ? { suffix: '[]', schema: items } : undefined;
};

const fieldsOf = (schema: JsonSchema, prefix = ''): Field[] => {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(isSchema(schema['properties']) ? schema['properties'] : {}).flatMap(
    ([name, value]) => {
      if (!isSchema(value)) return [];
      const path = `${prefix}${name}`;
      const inner = nested(value);
      return [
        { path, type: typeText(value), required: required.includes(name), notes: notesText(value) },
        ...(inner === undefined ? [] : fieldsOf(inner.schema, `${path}${inner.suffix}.`)),
      ];
    },
  );
};

const table = (fields: readonly Field[]): string[] => [
  '| field | type | required | notes |',
  '| --- | --- | --- | --- |',
  ...fields.map(
    ({ path, type, required, notes }) =>
      `| ${code(path)} | ${type} | ${required ? 'yes' : 'no'} | ${notes} |`,
  ),
];

/** A table of an object's fields, one for each alternative of a union, or a word for anything simpler. */
export const schemaLines = (schema: JsonSchema): string[] => {
  const options = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])].filter((one) =>
    isSchema(one['properties']),
  );
  if (options.length > 0)
    return options.flatMap((option, index) => [
      ...(index === 0 ? [] : ['', 'or', '']),
      ...table(fieldsOf(option)),
    ]);
  const fields = fieldsOf(schema);
  if (fields.length > 0) return table(fields);
  return [schema['type'] === 'object' ? 'An object without fields.' : `${typeText(schema)}.`];
};
