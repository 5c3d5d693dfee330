import { isFields } from '@chatplatform/operator/runtime/apply/list-keys';
import type { JsonSchema } from '@chatplatform/operator/api/crd';

function* inMembers(value: Record<string, unknown>, schema: JsonSchema, path: string): Generator<string> {
  const { properties, additionalProperties } = schema;
  for (const [name, inner] of Object.entries(value)) {
    const here = `${path}.${name}`;
    const known = properties?.[name] ?? additionalProperties;
    if (isFields(known)) yield* unknownFields(inner, known, here);
    else if (properties !== undefined && known !== true) yield here;
  }
}

/**
 * Fields that the schema does not know. The API server drops them from a plain write without a word, so that a
 * misspelt field looks as if it had been applied.
 */
export function* unknownFields(value: unknown, schema: JsonSchema, path: string): Generator<string> {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return;
  if (Array.isArray(value) && schema.items !== undefined) {
    for (const [i, element] of value.entries()) yield* unknownFields(element, schema.items, `${path}[${i}]`);
  }
  if (isFields(value)) yield* inMembers(value, schema, path);
}
