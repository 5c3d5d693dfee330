import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditLog, auditPolicy, countWrites, isLease, parseAuditLine } from './audit.ts';

const line = (fields: object): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    stage: 'ResponseComplete',
    verb: 'patch',
    requestURI: '/api/v1/namespaces/a/services/b?fieldManager=chatplatform-chat&force=false',
    objectRef: { resource: 'services', namespace: 'a', name: 'b', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 201 },
    ...fields,
  });

describe('a line of the audit log', () => {
  it('is a server-side apply when a patch names its field manager', () => {
    expect(parseAuditLine(line({}))).toEqual({ verb: 'apply', resource: 'services', code: 201 });
    const requestURI = '/api/v1/namespaces/a/services/b';
    expect(parseAuditLine(line({ requestURI }))).toMatchObject({ verb: 'patch' });
  });

  it('names the subresource', () => {
    const objectRef = { resource: 'chatplatforms', subresource: 'status' };
    expect(parseAuditLine(line({ objectRef }))).toMatchObject({ resource: 'chatplatforms/status' });
  });

  it('may be of a request that nobody answered', () => {
    expect(parseAuditLine(line({ responseStatus: undefined }))).toMatchObject({ code: 0 });
  });
});

describe('writes', () => {
  it('are counted by verb and resource, the most frequent first', () => {
    const write = (verb: string, resource: string) => ({ verb, resource, code: 200 });
    const counts = countWrites([
      write('create', 'events'),
      write('apply', 'services'),
      write('apply', 'services'),
      write('create', 'services'),
    ]);
    expect([...counts]).toEqual([
      ['apply services', 2],
      ['create events', 1],
      ['create services', 1],
    ]);
  });

  it('of the lease are told apart', () => {
    expect(isLease({ verb: 'update', resource: 'leases', code: 200 })).toBe(true);
    expect(isLease({ verb: 'update', resource: 'secrets', code: 200 })).toBe(false);
  });

  it('are logged of one account, and nothing else is', () => {
    expect(JSON.parse(auditPolicy('system:serviceaccount:a:b'))).toMatchObject({
      rules: [
        { level: 'Metadata', users: ['system:serviceaccount:a:b'], verbs: expect.arrayContaining(['patch']) },
        { level: 'None' },
      ],
    });
  });
});

describe('the audit log', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'audit-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is read on from where it was left, and a line that is not whole yet is left', async () => {
    const file = join(folder, 'audit.log');
    await writeFile(file, `${line({ verb: 'create' })}\n${line({ user: { username: 'Zoë' } })}\n`);
    const log = new AuditLog(file);
    expect((await log.read()).map(({ verb }) => verb)).toEqual(['create', 'apply']);
    expect(await log.read()).toEqual([]);

    const next = line({ verb: 'delete' });
    await appendFile(file, next.slice(0, 40));
    expect(await log.read()).toEqual([]);
    await appendFile(file, `${next.slice(40)}\n`);
    expect((await log.read()).map(({ verb }) => verb)).toEqual(['delete']);
  });
});
