import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Collection, Filter, UpdateFilter } from 'mongodb';
import { connectMongo } from './mongo.ts';
import type { MongoConnection } from './mongo.ts';
import { describeWith } from './testing/require-store.ts';

type Thing = { _id: string; rare?: number | null; group?: string | string[] | null; rank?: number };

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const rare = fc.constantFrom(1, 2, 3, null);
const group = fc.constantFrom('x', 'xy', '', ['x', 'y'], [], null);
const rank = fc.integer({ min: 1, max: 3 });
const thing = fc.record({ _id: id, rare, group, rank }, { requiredKeys: ['_id'] });

type Change =
  | { readonly kind: 'put'; readonly thing: Thing }
  | { readonly kind: 'update'; readonly id: string; readonly update: UpdateFilter<Thing> }
  | { readonly kind: 'delete'; readonly id: string };
const update: fc.Arbitrary<UpdateFilter<Thing>> = fc.oneof(
  rare.map((value) => ({ $set: { rare: value } })),
  group.map((value) => ({ $set: { group: value } })),
  fc.constantFrom<UpdateFilter<Thing>>({ $unset: { rare: '' } }, { $unset: { group: '' } }),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  thing.map((one) => ({ kind: 'put' as const, thing: one })),
  fc.record({ kind: fc.constant('update' as const), id, update }),
  fc.record({ kind: fc.constant('delete' as const), id }),
);

const QUERIES: readonly Filter<Thing>[] = [
  { rare: { $exists: true } },
  { rare: { $exists: false } },
  { rare: null },
  { rare: 2 },
  { rare: { $gt: 1 } },
  { rare: { $lte: 2 }, rank: 1 },
  { rare: { $in: [1, 3] } },
  { rare: { $in: [1, null] } },
  { rare: { $ne: 1 } },
  { group: 'x' },
  { group: 'x', rank: 2 },
  { group: { $in: ['x', 'y'] } },
  { group: { $in: ['xy', null] } },
  { group: { $in: [] } },
  { group: null },
  { group: '' },
  { group: /^x/ },
  { group: { $ne: 'x' } },
  { group: 'x', rank: { $gte: 2 } },
  { _id: { $in: ['a', 'c'] }, rare: { $gte: 2 } },
  { _id: 'b', group: 'x' },
];

const apply = async (things: Collection<Thing>, one: Change): Promise<void> => {
  if (one.kind === 'put') await things.replaceOne({ _id: one.thing._id }, one.thing, { upsert: true });
  else if (one.kind === 'update') await things.updateMany({ _id: one.id }, one.update);
  else await things.deleteMany({ _id: one.id });
};

const idsOf = async (things: Collection<Thing>, query: Filter<Thing>): Promise<string[]> =>
  (await things.find(query).toArray()).map(({ _id }) => _id).toSorted();

/** Whatever server it is: of the one that the tests run on, indexes beyond the unique ones are this project's own. */
describeWith('MONGODB_URL', 'indexes', (url) => {
  let connection: MongoConnection;

  beforeAll(async () => {
    connection = await connectMongo({ url, database: `t_${randomUUID().slice(0, 8)}` });
  });
  afterAll(async () => {
    await connection.db.dropDatabase();
    await connection.close();
  });

  test('find what is found without them, whatever was changed, and whenever they were made', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 8 }),
        fc.array(change, { maxLength: 8 }),
        async (before, after) => {
          const [indexed, plain] = ['indexed', 'plain'].map((name) =>
            connection.db.collection<Thing>(`${name}_${randomUUID().slice(0, 8)}`),
          ) as [Collection<Thing>, Collection<Thing>];
          for (const one of before) for (const things of [indexed, plain]) await apply(things, one);
          await indexed.createIndex({ rare: 1 }, { sparse: true });
          await indexed.createIndex({ group: 1, rank: 1 });
          for (const one of after) for (const things of [indexed, plain]) await apply(things, one);
          for (const query of QUERIES)
            expect({ query, ids: await idsOf(indexed, query) }).toEqual({
              query,
              ids: await idsOf(plain, query),
            });
        },
      ),
      { numRuns: 40 },
    );
  });
});
