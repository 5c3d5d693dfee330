import { z } from 'zod';

export type JsonSchema = { [key: string]: unknown };

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;

/** Patterns that only spell out a format, and bounds that only say "fits in a double", tell a reader nothing. */
const tidy: Override = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  // Whoever reads an answer or an event has to let fields pass that came later; only strict objects refuse them.
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
};

const plain = ({ $schema: _schema, $id: _id, id: _name, ...rest }: JsonSchema): JsonSchema => rest;

export type Direction = 'input' | 'output';

/** JSON Schema 2020-12 of one schema, all in line. `input`: what a sender may leave out; `output`: what a reader gets. */
export const inlineSchema = (schema: z.ZodType, io: Direction): JsonSchema =>
  plain(z.toJSONSchema(schema, { io, override: tidy }));

/** The JSON Schemas of named schemas that refer to one another by name, below `prefix`. */
export const namedSchemas = (
  named: Readonly<Record<string, z.ZodType>>,
  io: Direction,
  prefix: string,
): Record<string, JsonSchema> => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io, override: tidy, uri: (id) => `${prefix}${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]));
};

/** Finds the name of a schema. @throws when it has none: a body without a name would be copied into every place it is used */
export const nameOf = (named: Readonly<Record<string, z.ZodType>>, schema: z.ZodType): string => {
  const found = Object.entries(named).find(([, candidate]) => candidate === schema);
  if (found === undefined) throw new Error('a body of the API has no name in schema-names.ts');
  return found[0];
};
