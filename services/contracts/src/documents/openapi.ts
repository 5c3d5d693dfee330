import type { z } from 'zod';
import { httpRoutes, problemsOf } from '../http/routes.ts';
import type { Route, RouteResponse } from '../http/routes.ts';
import { inlineSchema, nameOf, namedSchemas } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { requestSchemas, responseSchemas } from './schema-names.ts';

const PREFIX = '#/components/schemas/';

const serviceDescriptions: Record<Route['service'], string> = {
  auth: 'Accounts, sessions and tokens',
  user: 'Profiles and friends',
  chat: 'Channels, members and messages',
  gateway: 'Who is there, and who is typing',
  media: 'Pictures',
  notification: 'Notifications by mail and push',
  analytics: 'Figures for administrators',
};

type Parameter = {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  description?: string;
  schema: JsonSchema;
};

const asParameter = (
  name: string,
  place: Parameter['in'],
  required: boolean,
  schema: JsonSchema,
): Parameter => {
  const { description, ...rest } = schema;
  return {
    name,
    in: place,
    required,
    ...(typeof description === 'string' ? { description } : {}),
    schema: rest,
  };
};

const pathParameters = (route: Route): Parameter[] =>
  Object.entries(route.parameters ?? {}).map(([name, schema]) =>
    asParameter(name, 'path', true, inlineSchema(schema, 'input')),
  );

const queryParameters = ({ query }: Route): Parameter[] => {
  if (query === undefined) return [];
  const { properties, required } = inlineSchema(query, 'input') as {
    properties: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) =>
    asParameter(name, 'query', required?.includes(name) ?? false, schema),
  );
};

const reference = (named: Readonly<Record<string, z.ZodType>>, schema: z.ZodType): JsonSchema => ({
  $ref: `${PREFIX}${nameOf(named, schema)}`,
});

const requestBody = ({ body }: Route): JsonSchema | undefined => {
  if (body === undefined) return undefined;
  const content =
    'schema' in body
      ? { 'application/json': { schema: reference(requestSchemas, body.schema) } }
      : Object.fromEntries(body.contentTypes.map((type) => [type, {}]));
  return { required: true, content };
};

const responseContent = ({ schema, contentType = 'application/json' }: RouteResponse): JsonSchema => {
  if (schema !== undefined)
    return { content: { [contentType]: { schema: reference(responseSchemas, schema) } } };
  return contentType === 'application/json' ? {} : { content: { [contentType]: {} } };
};

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Seconds until a retry makes sense',
    schema: { type: 'integer', minimum: 0 },
  },
};

const problemResponse = (status: number, codes: readonly string[]): JsonSchema => ({
  description: `Problem: ${codes.map((code) => `\`${code}\``).join(', ')}`,
  ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
  content: { 'application/problem+json': { schema: { $ref: `${PREFIX}Problem` } } },
});

const responses = (route: Route): JsonSchema => ({
  ...Object.fromEntries(
    Object.entries(route.responses).map(([status, response]) => [
      status,
      { description: response.description, ...responseContent(response) },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(problemsOf(route)).map(([status, codes]) => [
      status,
      problemResponse(Number(status), codes),
    ]),
  ),
});

const accessText: Record<Route['access'], string | undefined> = {
  public: undefined,
  user: undefined,
  admin: 'Needs the role `admin`.',
  'signed-address': 'The signature in the query is the permission.',
};

const operation = (route: Route): JsonSchema => {
  const description = [route.description, accessText[route.access]]
    .filter((part) => part !== undefined)
    .join(' ');
  const parameters = [...pathParameters(route), ...queryParameters(route)];
  const body = requestBody(route);
  const needsToken = route.access === 'user' || route.access === 'admin';
  return {
    operationId: route.operationId,
    tags: [route.service],
    summary: route.summary,
    ...(description === '' ? {} : { description }),
    security: needsToken ? [{ accessToken: [] }] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responses(route),
  };
};

const paths = (routes: readonly Route[]): Record<string, JsonSchema> => {
  const byPath: Record<string, JsonSchema> = {};
  for (const route of routes)
    byPath[route.path] = { ...byPath[route.path], [route.method]: operation(route) };
  return byPath;
};

/** The OpenAPI 3.1 document of everything the edge routes to a service. */
export const openApiDocument = (version: string): JsonSchema => ({
  openapi: '3.1.1',
  info: {
    title: 'ChatPlatform HTTP API',
    version,
    description:
      'Bodies are JSON in UTF-8 unless an operation says otherwise; times are ISO 8601 in UTC; ids are UUIDv7. Errors ' +
      'are problem details (RFC 9457) with a stable `code`. An answer may gain fields: ignore those you do not know.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'The address of the platform' }],
  tags: Object.entries(serviceDescriptions).map(([name, description]) => ({ name, description })),
  paths: paths(httpRoutes),
  components: {
    securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    schemas: {
      ...namedSchemas(requestSchemas, 'input', PREFIX),
      ...namedSchemas(responseSchemas, 'output', PREFIX),
    },
  },
});
