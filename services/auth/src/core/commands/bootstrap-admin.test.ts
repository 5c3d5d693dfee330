import { describe, expect, it } from '@jest/globals';
import { createCore, PASSWORD } from '../../testing/core.ts';
import { bootstrapAdmin } from './bootstrap-admin.ts';

const props = { username: 'root', email: 'root@example.org', password: PASSWORD };

describe('bootstrapAdmin', () => {
  it('creates the administrator once, however many replicas start', async () => {
    const core = createCore();
    const outcomes = await Promise.all([1, 2, 3].map(() => bootstrapAdmin(props, core.dependencies)));
    expect([...outcomes].sort()).toEqual(['created', 'present', 'present']);
    expect([...core.accounts.rows.values()]).toMatchObject([{ username: 'root', roles: ['admin'] }]);
    expect(core.accounts.events).toHaveLength(1);
  });

  it('never makes an administrator of someone who took the name or the address', async () => {
    const core = createCore();
    await core.register('root');
    await expect(bootstrapAdmin(props, core.dependencies)).resolves.toBe('name-or-email-taken');
    const other = { ...props, username: 'chief', email: 'ROOT@example.org' };
    await expect(bootstrapAdmin(other, core.dependencies)).resolves.toBe('name-or-email-taken');
    expect([...core.accounts.rows.values()].every(({ roles }) => roles.length === 0)).toBe(true);
  });

  it('leaves the password of an administrator as it is', async () => {
    const core = createCore();
    await bootstrapAdmin(props, core.dependencies);
    await bootstrapAdmin({ ...props, password: 'another long enough one' }, core.dependencies);
    await expect(core.logIn('root', PASSWORD)).resolves.toBeDefined();
  });
});
