import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { FakeClock } from '../../../test/fake-clock.ts';
import { CONFIG_MAPS, connectTestApiServer, lookUp, type TestApiServer } from '../../../test/api-server.ts';
import { greeting, GREETINGS, installGreetings } from '../../../test/greeting.ts';
import { startTools, type TestTools } from '../../../test/tools.ts';
import type { KubeObject, ResourceRef } from '../object.ts';
import { EventSeriesRecorder } from './event-recorder.ts';
import type { EventDetails } from './types.ts';

const EVENTS: ResourceRef = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

let server: TestApiServer;
let namespace: string;
let tools: TestTools;
let object: KubeObject;

beforeAll(async () => {
  server = await connectTestApiServer();
  await installGreetings(server);
}, 60_000);

afterAll(() => server.close());

beforeEach(async () => {
  namespace = await server.namespace();
  object = await server.client.create(GREETINGS, greeting(namespace, 'world', { names: [] }));
  tools = await startTools(server, namespace, [GREETINGS, CONFIG_MAPS]);
});

afterEach(() => tools.stop());

const stored = () => server.client.get(GREETINGS, { namespace, name: 'world' });

describe('EventSeriesRecorder', () => {
  const details: EventDetails = { type: 'Warning', reason: 'Broken', action: 'Apply', note: 'it broke' };

  const recorderOn = (clock: FakeClock, options: object = {}) =>
    new EventSeriesRecorder({
      client: server.client,
      clock,
      logger: pino({ level: 'silent' }),
      controller: 'example.dev/test',
      instance: 'test-1',
      ...options,
    });

  const events = async () => (await server.client.list(EVENTS, { namespace })).items;

  test('a repeated event is one event with a count; another is another', async () => {
    const clock = new FakeClock(Date.now());
    const recorder = recorderOn(clock);
    for (let i = 0; i < 5; i += 1) recorder.record(object, details);
    recorder.record(object, { ...details, type: 'Normal', reason: 'Mended', note: 'ä'.repeat(2000) });
    await recorder.flush();
    const found = await events();
    expect(found).toHaveLength(2);
    const broken = found.find(({ reason }) => reason === 'Broken');
    expect(broken).toMatchObject({
      type: 'Warning',
      action: 'Apply',
      note: 'it broke',
      reportingController: 'example.dev/test',
      regarding: { kind: 'Greeting', name: 'world', uid: object.metadata.uid },
      series: { count: 5 },
    });
    const mended = found.find(({ reason }) => reason === 'Mended');
    expect(mended?.['note']).toBe('ä'.repeat(512));
    expect(mended?.['series']).toBeUndefined();
  });

  test('a series is written at most twice a minute, and ends after six quiet minutes', async () => {
    const clock = new FakeClock(Date.now());
    const recorder = recorderOn(clock);
    recorder.record(object, details);
    await recorder.flush();
    recorder.record(object, details);
    clock.advance(29_000);
    recorder.record(object, details);
    await recorder.flush();
    expect((await events()).map(({ series }) => series)).toEqual([expect.objectContaining({ count: 3 })]);
    clock.advance(400_000);
    recorder.record(object, details);
    await recorder.flush();
    expect(await events()).toHaveLength(2);
    clock.advance(1_000_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test('an event that cannot be written costs nobody anything', async () => {
    const recorder = recorderOn(new FakeClock(Date.now()));
    recorder.record({ ...object, metadata: { ...object.metadata, namespace: 'no-such-namespace' } }, details);
    recorder.record(object, details);
    await recorder.flush();
    expect(await events()).toHaveLength(1);
  });
});

describe('StatusPatcher', () => {
  test('writes the whole status, only when it differs, and through the subresource', async () => {
    expect(await tools.status.write(object, { greeted: 1, phase: 'Half' })).toBe(true);
    expect((await stored())['status']).toEqual({ greeted: 1, phase: 'Half' });
    expect((await stored()).metadata.generation).toBe(object.metadata.generation);
    const { resourceVersion } = (await stored()).metadata;
    tools.calls.length = 0;
    expect(await tools.status.write(object, { phase: 'Half', greeted: 1 })).toBe(false);
    expect(tools.calls).toEqual([]);
    expect((await stored()).metadata.resourceVersion).toBe(resourceVersion);
    expect(await tools.status.write(object, { greeted: 2 })).toBe(true);
    expect((await stored())['status']).toEqual({ greeted: 2 });
  });

  test('what the API server drops is not written over and over', async () => {
    const object2 = await server.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'no-status' },
    });
    await expect(tools.status.write(object2, { a: 1 })).rejects.toMatchObject({ status: 404 });
    expect(await tools.status.write(object, { greeted: 1, gone: null })).toBe(true);
    expect(await tools.status.write(object, { greeted: 1, gone: null })).toBe(false);
  });

  test('does not write to a namesake of an object that is gone', async () => {
    await server.client.delete(GREETINGS, { namespace, name: 'world' });
    await server.client.create(GREETINGS, greeting(namespace, 'world', { names: [] }));
    await expect(tools.status.write(object, { greeted: 9 })).rejects.toMatchObject({ status: 422 });
    expect((await stored())['status']).toBeUndefined();
  });
});

describe('PatchedFinalizers', () => {
  test('adds and removes its own among those of others, and tolerates being late', async () => {
    const stale = object;
    const held = await tools.finalizers.ensure(object, 'example.dev/mine');
    expect(held.metadata.finalizers).toEqual(['example.dev/mine']);
    await server.client.mergePatch(
      GREETINGS,
      { namespace, name: 'world' },
      { metadata: { finalizers: ['example.dev/theirs', 'example.dev/mine'] } },
    );
    // The patch is tested against a version that is over: it is tried again on the newest.
    await tools.finalizers.ensure(stale, 'example.dev/third');
    expect((await stored()).metadata.finalizers).toEqual([
      'example.dev/theirs',
      'example.dev/mine',
      'example.dev/third',
    ]);
    await tools.finalizers.remove(held, 'example.dev/mine');
    expect((await stored()).metadata.finalizers).toEqual(['example.dev/theirs', 'example.dev/third']);
    tools.calls.length = 0;
    await tools.finalizers.remove(await stored(), 'example.dev/mine');
    expect(tools.calls).toEqual([]);
  });

  test('the last one lets the object go, and a gone object is fine', async () => {
    const held = await tools.finalizers.ensure(object, 'example.dev/mine');
    await server.client.delete(GREETINGS, { namespace, name: 'world' });
    expect(await stored()).toHaveProperty('metadata.deletionTimestamp');
    await tools.finalizers.remove(held, 'example.dev/mine');
    expect(await lookUp(server, GREETINGS, namespace, 'world')).toBeUndefined();
    await tools.finalizers.remove(held, 'example.dev/mine');
  });
});
