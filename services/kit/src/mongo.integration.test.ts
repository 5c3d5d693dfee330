import { randomUUID } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { CloudEvent } from './events.ts';
import { newEvent } from './events.ts';
import { exactlyOnce } from './inbox.ts';
import { registry } from './metrics.ts';
import {
  connectMongo,
  createInboxIndex,
  createOutboxIndex,
  embeddedOutbox,
  isDuplicateKey,
  mongoInbox,
  outboxEntries,
} from './mongo.ts';
import type { MongoConnection, OutboxEntry } from './mongo.ts';
import { eventually } from './testing/eventually.ts';
import { describeWith } from './testing/require-store.ts';

type Thing = { _id: string; name: string; outbox?: OutboxEntry[] };

const event = (subject: string, at: number): CloudEvent =>
  newEvent({
    type: 'sample.thing.v1',
    source: '/services/test',
    subject,
    data: { subject },
    now: new Date(at),
  });

describeWith('MONGODB_URL', 'MongoDB adapters', (url) => {
  let connection: MongoConnection;
  const things = () => connection.db.collection<Thing>('things');
  const others = () => connection.db.collection<Thing>('others');
  const outbox = () => embeddedOutbox([things(), others()]);
  const add = (collection: ReturnType<typeof things>, id: string, ...events: CloudEvent[]) =>
    collection.insertOne({ _id: id, name: id, outbox: outboxEntries(events) });
  const pendingIds = async (limit = 100) => (await outbox().pending(limit)).map((one) => one.event.subject);

  beforeAll(async () => {
    connection = await connectMongo({ url, database: `t_${randomUUID().slice(0, 8)}` });
    await connection.ping();
    await createOutboxIndex(things());
    await createOutboxIndex(things());
    await createInboxIndex(connection.db);
  });
  beforeEach(async () => {
    await things().deleteMany({});
    await others().deleteMany({});
  });
  afterAll(async () => {
    await connection.db.dropDatabase();
    await connection.close();
  });

  // Of the stand-in more than of MongoDB: it had too little memory for the answers, and lost them without a word.
  test('large writes at once are all answered, and so is what is asked after them', async () => {
    const text = 'x'.repeat(500_000);
    for (let round = 0; round < 8; round += 1) {
      const writers = Array.from({ length: 8 }, (_, writer) => `${round}-${writer}`);
      const written = await Promise.all(
        writers.map((writer) =>
          things().insertMany([1, 2, 3, 4].map((n) => ({ _id: `${writer}-${n}`, name: text }))),
        ),
      );
      expect(written.map(({ insertedCount }) => insertedCount)).toEqual(writers.map(() => 4));
      const asked = writers.map((writer) =>
        things().countDocuments({ _id: `${writer}-1` }, { maxTimeMS: 10_000 }),
      );
      expect(await Promise.all(asked)).toEqual(writers.map(() => 1));
    }
  });

  test('commands are counted by what they ask and whether it went well', async () => {
    const count = async (labels: string) =>
      Number(
        (await registry.metrics()).match(
          new RegExp(`^db_client_operation_duration_seconds_count\\{${labels}\\} (\\d+)$`, 'm'),
        )?.[1] ?? 0,
      );
    const [found, failed] = ['operation="find",outcome="success"', 'operation="bogus",outcome="failure"'];
    const before = await count(found);
    await things().findOne({ _id: 'nobody' });
    await expect(connection.db.command({ bogus: 1 })).rejects.toThrow();
    expect([await count(found), await count(failed)]).toEqual([before + 1, 1]);
  });

  test('finds what is pending in all collections, the oldest first, up to the limit', async () => {
    await add(things(), '3', event('third', 3000));
    await add(others(), '1', event('first', 1000), event('second', 2000));
    await things().insertOne({ _id: 'none', name: 'never had one' });
    expect(await pendingIds()).toEqual(['first', 'second', 'third']);
    expect(await pendingIds(2)).toEqual(['first', 'second']);
  });

  test('takes the field away with its last entry and leaves the document otherwise as it was', async () => {
    await add(things(), 'a', event('a', 1));
    await outbox().markPublished(await outbox().pending(10));
    expect(await things().find().toArray()).toEqual([{ _id: 'a', name: 'a' }]);
  });

  test('keeps the entries of a document that were not published', async () => {
    const [first, second] = [event('first', 1), event('second', 2)];
    await add(things(), 'a', first, second);
    await add(things(), 'b', event('third', 3));
    const pending = await outbox().pending(10);
    await outbox().markPublished(pending.filter((one) => one.event.id !== second.id));
    expect(await pendingIds()).toEqual(['second']);
    await outbox().markPublished([{ event: second }]);
    expect(await pendingIds()).toEqual([]);
    expect(await things().countDocuments({ outbox: { $exists: true } })).toBe(0);
  });

  test('marks events whose document is not told, and marking again does no harm', async () => {
    const sent = event('a', 1);
    await add(others(), 'a', sent);
    await outbox().markPublished([{ event: sent }]);
    await outbox().markPublished([{ event: sent }]);
    expect(await pendingIds()).toEqual([]);
  });

  test('an entry pushed while another is marked is not lost', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `doc-${n}`);
    for (const id of ids) await add(things(), id, event(id, 1));
    const pending = await outbox().pending(100);
    await Promise.all([
      outbox().markPublished(pending),
      ...ids.map((id) =>
        things().updateOne(
          { _id: id },
          { $push: { outbox: { $each: outboxEntries([event(`${id}-late`, 2)]) } } },
        ),
      ),
    ]);
    expect((await pendingIds()).sort()).toEqual(ids.map((id) => `${id}-late`).sort());
  });

  test('the inbox remembers, and a handler runs once an event', async () => {
    const inbox = mongoInbox(connection.db);
    const once = event('a', 1);
    const effects: string[] = [];
    const handle = exactlyOnce(inbox, async ({ id }) => void effects.push(id));
    await handle(once);
    await handle(once);
    expect(effects).toEqual([once.id]);
    await inbox.markDone(once.id);
    expect(await inbox.isDone(once.id)).toBe(true);
    expect(await inbox.isDone(randomUUID())).toBe(false);
  });

  test('a handler that fails is run again', async () => {
    let calls = 0;
    const handle = exactlyOnce(mongoInbox(connection.db), async () => {
      calls += 1;
      if (calls === 1) throw new Error('effect failed');
    });
    const sent = event('a', 1);
    await expect(handle(sent)).rejects.toThrow('effect failed');
    await handle(sent);
    await handle(sent);
    expect(calls).toBe(2);
  });

  test('tells a duplicate key', async () => {
    await things().insertOne({ _id: 'a', name: 'a' });
    const error: unknown = await things()
      .insertOne({ _id: 'a', name: 'a' })
      .catch((thrown: unknown) => thrown);
    expect(isDuplicateKey(error)).toBe(true);
    expect(isDuplicateKey(new Error('other'))).toBe(false);
  });

  test('a server that is away at the start is found when it comes', async () => {
    const { host, hostname, port } = new URL(url);
    const sockets = new Set<Socket>();
    const gate = createServer((socket) => {
      const onward = connect(Number(port), hostname);
      for (const one of [socket, onward]) {
        sockets.add(one);
        one.on('error', () => undefined);
      }
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    const address = gate.address() as AddressInfo;
    await new Promise((resolve) => gate.close(resolve));
    const late = new URL(url.replace(host, `127.0.0.1:${address.port}`));
    late.searchParams.set('serverSelectionTimeoutMS', '300');
    const early = await connectMongo({ url: late.href, database: 'x' });
    try {
      await expect(early.ping()).rejects.toThrow();
      await new Promise<void>((resolve) => gate.listen(address.port, '127.0.0.1', resolve));
      const found = await eventually(
        () =>
          early.ping().then(
            () => true,
            () => false,
          ),
        (answered) => answered,
      );
      expect(found).toBe(true);
    } finally {
      await early.close();
      for (const socket of sockets) socket.destroy();
      gate.close();
    }
  }, 40_000);

  test('a server that is away is told as such, soon', async () => {
    const away = await connectMongo({
      url: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200',
      database: 'x',
    });
    await expect(away.ping()).rejects.toThrow();
    await away.close();
  });
});
