import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { Ajv } from 'ajv';
import { eventCatalogue } from '../events/catalogue.ts';
import { producers, subscriptions } from '../events/subscriptions.ts';
import { httpRoutes, problemsOf } from '../http/routes.ts';
import { asyncApiDocument } from './asyncapi.ts';
import { generatedFiles } from './files.ts';
import { openApiDocument } from './openapi.ts';
import { apiReference } from './reference.ts';

const require = createRequire(import.meta.url);

/** Every `$ref` anywhere below. */
const referencesIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  );
};

const resolves = (document: unknown, reference: string): boolean => {
  let place: unknown = document;
  for (const part of reference.replace('#/', '').split('/'))
    place =
      typeof place === 'object' && place !== null ? (place as Record<string, unknown>)[part] : undefined;
  return place !== undefined;
};

describe('generated documents', () => {
  test('are what the repository holds: else run `npm run generate -w services/contracts`', async () => {
    for (const { path, text } of await generatedFiles()) expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('openapi.json is valid OpenAPI 3.1', async () => {
    const document = openApiDocument('1.0.0');
    expect(await validate(structuredClone(document) as never)).toMatchObject({ valid: true });
    // The validator is awake: it refuses a document that lacks what it needs.
    const { info: _info, ...broken } = document;
    expect(await validate(structuredClone(broken) as never)).toMatchObject({ valid: false });
  });

  test('asyncapi.json is valid AsyncAPI 3, and every reference leads somewhere', () => {
    const document = asyncApiDocument('1.0.0');
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const check = ajv.compile(require('@asyncapi/specs/schemas/3.0.0-without-$id.json'));
    check(document);
    expect(check.errors ?? []).toEqual([]);
    expect(check({ ...document, channels: 1 })).toBe(false);
    expect(referencesIn(document).filter((reference) => !resolves(document, reference))).toEqual([]);
  });

  test('every link of the reference leads to a heading', () => {
    const text = apiReference();
    const headings = new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title?.toLowerCase()));
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((target) => !headings.has(target))).toEqual([]);
  });
});

describe('route table', () => {
  test('names each operation once and declares exactly the parameters of its path', () => {
    const ids = httpRoutes.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, parameters = {} } of httpRoutes)
      expect(Object.keys(parameters)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  });

  test('says what goes wrong in terms of access and input', () => {
    const send = httpRoutes.find(({ operationId }) => operationId === 'sendMessage');
    expect(send && problemsOf(send)).toMatchObject({
      400: ['request.invalid', 'message.reply-to-nothing'],
      401: ['token.missing', 'token.invalid', 'token.expired', 'session.ended'],
      429: ['channel.busy'],
    });
  });
});

describe('event tables', () => {
  test('every event has a producer, and nobody subscribes to what does not exist', () => {
    const types = Object.keys(eventCatalogue).sort();
    expect(Object.keys(producers).sort()).toEqual(types);
    for (const wanted of Object.values(subscriptions).flat()) expect(types).toContain(wanted);
  });
});
