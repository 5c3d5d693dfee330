import { describe, expect, it } from '@jest/globals';
import { eventCatalogue } from '@chatplatform/contracts/events/catalogue';
import { cloudEvent } from '@chatplatform/contracts/events/envelope';
import { createCore, PASSWORD } from '../../testing/core.ts';
import { registerAccount } from './register-account.ts';

const person = { username: 'ada', email: 'Ada@Example.org', displayName: 'Ada', password: PASSWORD };

describe('registerAccount', () => {
  it('stores the account and the event that tells of it', async () => {
    const core = createCore();
    const { account } = await registerAccount(person, core.dependencies);
    expect(core.accounts.rows.get(account.id)).toMatchObject({
      username: 'ada',
      email: 'Ada@Example.org',
      roles: [],
    });
    expect(core.accounts.events).toHaveLength(1);
    const event = cloudEvent.parse(core.accounts.events[0]);
    expect(event).toMatchObject({
      type: 'user.registered.v1',
      subject: account.id,
      source: '/services/auth',
    });
    expect(eventCatalogue['user.registered.v1'].parse(event.data)).toMatchObject({
      userId: account.id,
      username: 'ada',
    });
  });

  it('keeps no password, only its hash', async () => {
    const core = createCore();
    const { account } = await registerAccount(person, core.dependencies);
    expect(account.passwordHash).toBe(`v1:${PASSWORD}`);
    expect(account).not.toHaveProperty('password');
    expect(JSON.stringify(core.accounts.events)).not.toContain(PASSWORD);
  });

  it.each([
    ['email', { username: 'other', email: 'ADA@EXAMPLE.ORG' }, 'email.taken'],
    ['username', { username: 'ada', email: 'other@example.org' }, 'username.taken'],
  ])('names the %s that is taken', async (field, change, code) => {
    const core = createCore();
    await registerAccount(person, core.dependencies);
    await expect(registerAccount({ ...person, ...change }, core.dependencies)).rejects.toMatchObject({
      kind: 'conflict',
      code,
      fields: [{ field }],
    });
    expect(core.accounts.events).toHaveLength(1);
  });

  it('refuses a weak password before any work is done', async () => {
    const core = createCore();
    await expect(
      registerAccount({ ...person, password: 'password1234' }, core.dependencies),
    ).rejects.toMatchObject({
      kind: 'invalid',
      code: 'password.weak',
      fields: [{ field: 'password' }],
    });
    expect(core.accounts.rows.size).toBe(0);
  });
});
