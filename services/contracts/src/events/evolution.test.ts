import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { decodeEvent } from './decode.ts';
import { cloudEvent } from './envelope.ts';
import { eventSchema, eventTypes, recordingsOf } from './recordings.ts';
import type { Recording } from './recordings.ts';
import { arbitraryOf, withUnknownFields } from './testing/arbitrary.ts';

/** Formats and bounds count: who reads by a schema refuses what breaks them. */
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const numRuns = 100;

/** As a consumer of today reads what came off the queue. */
const read = (event: unknown): unknown =>
  decodeEvent(cloudEvent.parse(JSON.parse(JSON.stringify(event)))).data;

/** As a consumer of that time read it. */
const readBy = ({ schema }: Recording): ((event: unknown) => void) => {
  const validate: ValidateFunction = ajv.compile(schema);
  return (event) => {
    if (!validate(event)) throw new Error(ajv.errorsText(validate.errors));
  };
};

const recorded = eventTypes.flatMap((type) =>
  recordingsOf(type).map((recording, index) => ({ type, recording, name: `${type}, ${index + 1}` })),
);

describe('events of every time', () => {
  test('are recorded as they look today; after a change run `npm run record-events -w services/contracts`', () => {
    const last = eventTypes.map((type) => [type, recordingsOf(type).at(-1)?.schema]);
    expect(last).toEqual(eventTypes.map((type) => [type, eventSchema(type)]));
  });

  test('are of types that are still known', () => {
    const files = readdirSync(fileURLToPath(new URL('recorded', import.meta.url)));
    expect(files.map((file) => file.replace(/\.json$/, '')).sort()).toEqual([...eventTypes].sort());
  });

  test.each(recorded)('are read today, as they were sent ($name)', ({ recording }) => {
    for (const example of recording.examples) expect(() => read(example)).not.toThrow();
    fc.assert(
      fc.property(arbitraryOf(recording.schema), (event) => void read(event)),
      { numRuns },
    );
  });

  test.each(recorded)(
    'as they are sent today are read by consumers of then ($name)',
    ({ type, recording }) => {
      const readThen = readBy(recording);
      fc.assert(
        fc.property(arbitraryOf(eventSchema(type)), (event) => readThen(event)),
        { numRuns },
      );
    },
  );

  test.each(recorded)(
    'mean the same with fields that came later, in every object ($name)',
    ({ type, recording }) => {
      const readThen = readBy(recording);
      for (const example of recording.examples)
        expect(read(withUnknownFields(example))).toEqual(read(example));
      fc.assert(
        fc.property(arbitraryOf(eventSchema(type)), (event) => readThen(withUnknownFields(event))),
        { numRuns },
      );
    },
  );
});

describe('the rule itself', () => {
  const old: Recording = {
    schema: {
      type: 'object',
      required: ['kind', 'id'],
      properties: { kind: { enum: ['a', 'b'] }, id: { type: 'string', format: 'uuid' } },
    },
    examples: [],
  };
  const breaks = (change: Record<string, unknown>): boolean => {
    const readThen = readBy(old);
    const schema = { ...old.schema, ...change };
    return fc.check(
      fc.property(arbitraryOf(schema), (event) => readThen(event)),
      { numRuns },
    ).failed;
  };
  const { kind, id } = (old.schema as { properties: Record<string, unknown> }).properties;

  test.each([
    ['a field more', { properties: { kind, id, more: { type: 'integer' } } }, false],
    ['fewer values of a choice', { properties: { kind: { enum: ['a'] }, id } }, false],
    ['a field less', { required: ['id'], properties: { id } }, true],
    ['a field that may be missing now', { required: ['id'] }, true],
    ['one more value of a choice', { properties: { kind: { enum: ['a', 'b', 'c'] }, id } }, true],
    ['null where there was none', { properties: { kind, id: { anyOf: [id, { type: 'null' }] } } }, true],
    ['another type', { properties: { kind, id: { type: 'integer' } } }, true],
  ])('sees what %s does', (_change, change, expected) => {
    expect(breaks(change)).toBe(expected);
  });
});
