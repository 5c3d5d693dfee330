import type { z } from 'zod';
import { eventCatalogue } from '../events/catalogue.ts';
import { cloudEvent, DEAD_LETTER_EXCHANGE, EVENT_EXCHANGE } from '../events/envelope.ts';
import { producers, subscriptions } from '../events/subscriptions.ts';
import { clientFrameResults, clientFrames, serverFrames } from '../frames/socket.ts';
import { httpRoutes, problemsOf } from '../http/routes.ts';
import type { Route } from '../http/routes.ts';
import { inlineSchema, nameOf, namedSchemas } from './json-schema.ts';
import type { Direction } from './json-schema.ts';
import { notesText, schemaLines, typeText } from './markdown-schema.ts';
import { requestSchemas, responseSchemas } from './schema-names.ts';

const ACCESS: Record<Route['access'], string> = {
  public: 'anybody',
  user: 'a signed-in user',
  admin: 'an administrator',
  'signed-address': 'whoever has the signed address',
};

const INTRODUCTION = `# API reference

Generated from \`services/contracts\` by \`npm run generate -w services/contracts\`; do not edit. The same as documents for
machines: \`services/contracts/openapi.json\` (OpenAPI 3.1) and \`services/contracts/asyncapi.json\` (AsyncAPI 3).

- Every path is served by the platform's one address. Bodies are JSON unless an operation says otherwise, 256 kB at most.
- Sign-in: \`Authorization: Bearer <access token>\` from [POST /api/v1/auth/login](#login). An access token lives ten minutes;
  exchange the refresh token for the next one.
- Ids are UUIDv7; a message's id is \`<channelId>:<seq>\`. Times are ISO 8601 in UTC.
- An answer may gain fields: ignore those you do not know. A request with a field that is not known is refused.
- Errors are [problem details](#problem) (\`application/problem+json\`) with a stable \`code\`; 429 and 503 say when to try
  again in \`Retry-After\` and \`retryAfterSeconds\`.`;

const link = (name: string): string => `[${name}](#${name.toLowerCase()})`;

const overview = (): string[] => [
  '## HTTP operations',
  '',
  '| operation | request | for |',
  '| --- | --- | --- |',
  ...httpRoutes.map(
    ({ operationId, method, path, access }) =>
      `| ${link(operationId)} | \`${method.toUpperCase()} ${path}\` | ${ACCESS[access]} |`,
  ),
];

const parameterLines = (route: Route): string[] => {
  const query = route.query === undefined ? {} : route.query.shape;
  const rows = [
    ...Object.entries(route.parameters ?? {}).map(([name, schema]) => ['path', name, schema] as const),
    ...Object.entries(query).map(([name, schema]) => ['query', name, schema as z.ZodType] as const),
  ].map(([place, name, schema]) => {
    const json = inlineSchema(schema, 'input');
    return `| \`${name}\` | ${place} | ${typeText(json)} | ${notesText(json)} |`;
  });
  return rows.length === 0
    ? []
    : ['| parameter | in | type | notes |', '| --- | --- | --- | --- |', ...rows, ''];
};

const bodyLines = ({ body }: Route): string[] => {
  if (body === undefined) return [];
  const text =
    'schema' in body
      ? link(nameOf(requestSchemas, body.schema))
      : body.contentTypes.map((type) => `\`${type}\``).join(', ');
  return [`Body: ${text}`, ''];
};

const answerLines = (route: Route): string[] => [
  ...Object.entries(route.responses).map(([status, { description, schema, contentType }]) => {
    const body = schema === undefined ? contentType : link(nameOf(responseSchemas, schema));
    return `- **${status}** ${description}${body === undefined ? '' : `: ${body}`}`;
  }),
  ...Object.entries(problemsOf(route)).map(
    ([status, codes]) => `- **${status}** ${codes.map((code) => `\`${code}\``).join(', ')}`,
  ),
];

const operationLines = (route: Route): string[] => [
  `### ${route.operationId}`,
  '',
  `\`${route.method.toUpperCase()} ${route.path}\` · ${ACCESS[route.access]} · service \`${route.service}\``,
  '',
  `${route.summary}.${route.description === undefined ? '' : ` ${route.description}`}`,
  '',
  ...parameterLines(route),
  ...bodyLines(route),
  ...answerLines(route),
  '',
];

const bodySchemaLines = (named: Readonly<Record<string, z.ZodType>>, io: Direction): string[] =>
  Object.entries(namedSchemas(named, io, '#/')).flatMap(([name, schema]) => [
    `### ${name}`,
    '',
    ...schemaLines(schema),
    '',
  ]);

const consumersOf = (type: string): string =>
  Object.entries(subscriptions)
    .filter(([, types]) => (types as readonly string[]).includes(type))
    .map(([service]) => service)
    .join(', ');

const eventLines = (): string[] => [
  '## Events between services',
  '',
  `CloudEvents 1.0 in structured mode (\`application/cloudevents+json\`) on the RabbitMQ topic exchange \`${EVENT_EXCHANGE}\`;`,
  'the routing key is the type. Each consumer has one quorum queue, `<service>.events`, and gets every event at least once, in',
  `order for one \`subject\`. What it cannot handle goes through \`${DEAD_LETTER_EXCHANGE}\` to \`<service>.dead\`. A change that is`,
  'not additive is a new type (`.v2`).',
  '',
  'The envelope:',
  '',
  ...schemaLines(inlineSchema(cloudEvent, 'output')),
  '',
  ...Object.entries(eventCatalogue).flatMap(([type, data]) => [
    `### ${type}`,
    '',
    `From ${producers[type as keyof typeof producers]} to ${consumersOf(type) || 'nobody yet'}. \`data\`:`,
    '',
    ...schemaLines(inlineSchema(data, 'output')),
    '',
  ]),
];

const frameLines = (): string[] => [
  '## Socket.IO frames',
  '',
  'Path `/socket.io/`, opened with `auth: { token: <access token> }`. Every client frame is acknowledged with',
  '`{ ok: true, result }` or `{ ok: false, error }`, the error being problem details.',
  '',
  '### From the client',
  '',
  ...Object.entries(clientFrames).flatMap(([name, schema]) => [
    `#### ${name}`,
    '',
    ...schemaLines(inlineSchema(schema, 'input')),
    '',
    'Result of the acknowledgement:',
    '',
    ...schemaLines(inlineSchema(clientFrameResults[name as keyof typeof clientFrameResults], 'output')),
    '',
  ]),
  '### From the server',
  '',
  ...Object.entries(serverFrames).flatMap(([name, schema]) => [
    `#### ${name}`,
    '',
    ...schemaLines(inlineSchema(schema, 'output')),
    '',
  ]),
];

/** docs/API_REFERENCE.md */
export const apiReference = (): string =>
  [
    INTRODUCTION,
    '',
    ...overview(),
    '',
    ...httpRoutes.flatMap(operationLines),
    '## Request bodies',
    '',
    ...bodySchemaLines(requestSchemas, 'input'),
    '## Answers',
    '',
    ...bodySchemaLines(responseSchemas, 'output'),
    ...frameLines(),
    ...eventLines(),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
