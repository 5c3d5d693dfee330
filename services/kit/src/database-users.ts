import { MongoServerError } from 'mongodb';
import type { Db } from 'mongodb';
import { z } from 'zod';

export type DatabaseUser = { readonly user: string; readonly password: string };

const usersSchema = z.object({ users: z.array(z.object({ user: z.string() })) });

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const USER_NOT_FOUND = 11;

/**
 * Makes the users of ours in MongoDB's database `admin` those who are accepted, each with the role root. The new ones are
 * there before the others are removed; users whose name is not among `known` are left alone.
 * https://www.mongodb.com/docs/manual/reference/command/nav-user-management/
 * @throws MongoServerError that says what was refused
 */
export const setDatabaseUsers = async (
  admin: Db,
  { accepted, known }: { accepted: readonly DatabaseUser[]; known: readonly string[] },
): Promise<{ removed: readonly string[] }> => {
  const { users } = usersSchema.parse(await admin.command({ usersInfo: 1 }));
  const present = new Set(users.map(({ user }) => user));
  for (const { user, password: pwd } of accepted) {
    await admin.command(
      present.has(user)
        ? { updateUser: user, pwd, roles: ['root'] }
        : { createUser: user, pwd, roles: ['root'] },
    );
  }
  const names = new Set(accepted.map(({ user }) => user));
  const removed = known.filter((name) => !names.has(name) && present.has(name));
  for (const name of removed) {
    try {
      await admin.command({ dropUser: name });
    } catch (error) {
      // Another run of this has removed it since we looked.
      if (!(error instanceof MongoServerError) || error.code !== USER_NOT_FOUND) throw error;
    }
  }
  return { removed };
};
