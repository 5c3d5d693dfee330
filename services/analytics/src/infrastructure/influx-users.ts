import type { InfluxDB } from '@influxdata/influxdb-client';
import { AuthorizationsAPI, OrgsAPI, UsersAPI } from '@influxdata/influxdb-client-apis';
import type { Authorization } from '@influxdata/influxdb-client-apis';
import type { Influx } from './influx-connection.ts';
import { findOrganisation } from './influx-setup.ts';

export interface InfluxUser {
  readonly user: string;
  readonly password: string;
}

export interface UsersWanted {
  readonly org: string;
  /** The one that this is done by. */
  readonly username: string;
  /** Those who are to be let in. */
  readonly accepted: readonly InfluxUser[];
  /** Who is not accepted of these is removed, with every token of theirs. All others are left alone. */
  readonly known: readonly string[];
}

/** What is known of the server's users while they are changed. */
interface Scene {
  readonly connection: InfluxDB;
  readonly orgID: string;
  /** Ids by name. */
  readonly present: ReadonlyMap<string, string>;
  /** Ids of the owners of the organisation. */
  readonly owning: ReadonlySet<string | undefined>;
}

async function look(connection: InfluxDB, orgID: string): Promise<Scene> {
  const { users = [] } = await new UsersAPI(connection).getUsers();
  const { users: owners = [] } = await new OrgsAPI(connection).getOrgsIDOwners({ orgID });
  return {
    connection,
    orgID,
    present: new Map(users.map(({ name, id = '' }) => [name, id])),
    owning: new Set(owners.map(({ id }) => id)),
  };
}

async function made(connection: InfluxDB, name: string): Promise<string> {
  const { id } = await new UsersAPI(connection).postUsers({ body: { name } });
  if (id === undefined) throw new Error(`InfluxDB gave user ${name} no id`);
  return id;
}

const authorizationsOf = async (connection: InfluxDB, user: string): Promise<readonly Authorization[]> =>
  (await new AuthorizationsAPI(connection).getAuthorizations({ user })).authorizations ?? [];

/** The same rights. In InfluxDB a user has those of the tokens made out to them, whether or not anybody has such a token. */
async function grant({ connection, orgID }: Scene, userID: string, like: string): Promise<void> {
  const permissions = (await authorizationsOf(connection, like)).flatMap((one) => one.permissions ?? []);
  await new AuthorizationsAPI(connection).postAuthorizations({
    body: { orgID, userID, permissions, description: 'rights of an administrator' },
  });
}

async function ensureUser(scene: Scene, { user, password }: InfluxUser, like: string): Promise<void> {
  const { connection, orgID, present, owning } = scene;
  const userID = present.get(user) ?? (await made(connection, user));
  await new UsersAPI(connection).postUsersIDPassword({ userID, body: { password } });
  if (!owning.has(userID)) await new OrgsAPI(connection).postOrgsIDOwners({ orgID, body: { id: userID } });
  if ((await authorizationsOf(connection, user)).length === 0) await grant(scene, userID, like);
}

async function removeUser({ connection, present }: Scene, name: string): Promise<void> {
  const authorizations = new AuthorizationsAPI(connection);
  for (const { id: authID } of await authorizationsOf(connection, name))
    if (authID !== undefined) await authorizations.deleteAuthorizationsID({ authID });
  const userID = present.get(name);
  if (userID !== undefined) await new UsersAPI(connection).deleteUsersID({ userID });
}

/**
 * Makes the users of ours those who are accepted, each an administrator. May be run again and again, by any of them.
 * @throws Error that says what the server refused
 */
export async function setInfluxUsers(
  influx: Influx,
  { org, username, accepted, known }: UsersWanted,
): Promise<{ removed: readonly string[] }> {
  const orgID = await findOrganisation(influx, org);
  return influx.run(async (connection) => {
    const scene = await look(connection, orgID);
    for (const user of accepted) await ensureUser(scene, user, username);
    const names = new Set(accepted.map(({ user }) => user));
    const removed = known.filter((name) => !names.has(name) && scene.present.has(name));
    for (const name of removed) await removeUser(scene, name);
    return { removed };
  });
}
