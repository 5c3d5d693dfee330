import { expect, it } from '@jest/globals';
import { byRole, roleOf, type Tree } from './model.ts';

const job = (name: string, labels: Record<string, string>): Tree => ({
  resource: { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespaced: true },
  object: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, labels } },
  dependents: [],
});
const migration = (name: string, service: string) =>
  job(name, { 'app.kubernetes.io/component': 'migrations', 'chatplatform.dev/service': service });

it('a workload is known by what it is for, whatever digest its name ends with', () => {
  const [one, other] = [migration('a-chat-migrate-11', 'chat'), migration('b-chat-migrate-22', 'chat')];
  expect(roleOf(one.object)).toBe(roleOf(other.object));
  expect(byRole([one, migration('a-user-migrate-33', 'user')]).size).toBe(2);
});

it('two that cannot be told apart are refused', () => {
  expect(() => byRole([migration('a', 'chat'), migration('b', 'chat')])).toThrow('two workloads');
});
