import { getJson } from './kubectl.ts';
import { Person } from './person.ts';
import { target } from './target.ts';

/** The platform's first user, by the credentials that `up` prints: the Secret of the operator. */
export async function administrator(): Promise<Person> {
  const direct = process.env['ADMIN_PASSWORD'];
  if (direct !== undefined) return Person.login('admin', direct);
  const secret = await getJson<{ data: Record<string, string> }>(
    'secret',
    `${target.name}-admin`,
    '-n',
    target.namespace,
  );
  const value = (key: string) => Buffer.from(secret.data[key] ?? '', 'base64').toString();
  return Person.login(value('username'), value('password'));
}
