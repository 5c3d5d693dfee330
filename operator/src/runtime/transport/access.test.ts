import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { FakeClock } from '../../../test/fake-clock.ts';
import { inClusterAccess, loadAccess } from './in-cluster.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { tokenFile } from './token.ts';

const clock = new FakeClock();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-'));
});

afterAll(() => rm(folder, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');

const kubeconfig = async (user: object, cluster: object = {}): Promise<string> => {
  const path = join(folder, `kubeconfig-${Math.random()}`);
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'chat' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  };
  await writeFile(path, stringify(document));
  return path;
};

describe('loadKubeconfig', () => {
  test('client certificate and authority, as data', async () => {
    const path = await kubeconfig(
      { 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') },
      { 'certificate-authority-data': base64('ca'), 'tls-server-name': 'api' },
    );
    expect(await loadKubeconfig(path, clock)).toEqual({
      server: new URL('https://10.0.0.1:6443'),
      namespace: 'chat',
      ca: 'ca',
      clientCertificate: { certificate: 'cert', key: 'key' },
      tlsServerName: 'api',
    });
  });

  test('files are found beside it', async () => {
    await writeFile(join(folder, 'ca.pem'), 'ca from file');
    await writeFile(join(folder, 'token'), 'secret\n');
    const path = await kubeconfig({ tokenFile: 'token' }, { 'certificate-authority': 'ca.pem' });
    const access = await loadKubeconfig(path, clock);
    expect(access.ca).toBe('ca from file');
    expect(await access.token?.get()).toBe('secret');
  });

  test.each([
    [{ 'auth-provider': { name: 'gcp' } }, 'auth-provider'],
    [{ username: 'admin', password: 'x' }, 'user name and password'],
  ])('what is not supported is said: %j', async (user, what) => {
    await expect(loadKubeconfig(await kubeconfig(user), clock)).rejects.toThrow(
      new RegExp(`${what}.*not supported.*use a client certificate or a token`),
    );
  });

  test('what is missing is named', async () => {
    const path = await kubeconfig({});
    await expect(loadKubeconfig(path, clock, 'there')).rejects.toThrow(/no context named "there"/);
    await expect(loadKubeconfig(join(folder, 'none'), clock)).rejects.toThrow(/cannot read the kubeconfig/);
    const bad = await kubeconfig({}, { server: 'not a url' });
    await expect(loadKubeconfig(bad, clock)).rejects.toThrow(/is no kubeconfig[^]*server/);
  });
});

describe('a credential plugin', () => {
  const apiVersion = 'client.authentication.k8s.io/v1';

  /** A plugin that counts its runs in its token, and shows what it was told. */
  const plugin = async (status: string): Promise<string> => {
    const path = join(folder, `plugin-${Math.random()}`);
    await writeFile(
      path,
      `#!/bin/sh
echo run >> ${path}.runs
echo "$KUBERNETES_EXEC_INFO" > ${path}.info
count=$(grep -c run ${path}.runs)
echo '{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":'"${status}"'}'
`,
      { mode: 0o755 },
    );
    return path;
  };

  const tokenBy = async (exec: object) => (await loadKubeconfig(await kubeconfig({ exec }), clock)).token;

  test('is asked once by many, again before its token runs out, and again when that is refused', async () => {
    const hour = new Date(clock.now() + 3_600_000).toISOString();
    const command = await plugin(
      `{\\"token\\":\\"$PREFIX-$1-$count\\",\\"expirationTimestamp\\":\\"${hour}\\"}`,
    );
    const env = [{ name: 'PREFIX', value: 'p' }];
    const token = await tokenBy({ apiVersion, command, args: ['a'], env, provideClusterInfo: true });
    expect(await Promise.all([token?.get(), token?.get(), token?.get()])).toEqual([
      'p-a-1',
      'p-a-1',
      'p-a-1',
    ]);
    token?.invalidate();
    expect(await token?.get()).toBe('p-a-2');
    clock.advance(3_500_000);
    expect(await token?.get()).toBe('p-a-2');
    clock.advance(50_000);
    expect(await token?.get()).toBe('p-a-3');
    expect(JSON.parse(await readFile(`${command}.info`, 'utf8'))).toMatchObject({
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://10.0.0.1:6443' } },
    });
  });

  test('what is wrong with it is said', async () => {
    const missing = await tokenBy({ apiVersion, command: 'no-such-plugin', installHint: 'get it at ...' });
    await expect(missing?.get()).rejects.toThrow(/no-such-plugin is not installed\nget it at/);
    const failing = await tokenBy({ apiVersion, command: 'sh', args: ['-c', 'echo sorry >&2; exit 3'] });
    await expect(failing?.get()).rejects.toThrow(/plugin sh failed[^]*sorry/);
    const silent = await tokenBy({ apiVersion, command: 'true' });
    await expect(silent?.get()).rejects.toThrow(/wrote no JSON/);
    const byCertificate = await tokenBy({ apiVersion, command: await plugin('{}') });
    await expect(byCertificate?.get()).rejects.toThrow(/gave no token/);
  });
});

describe('in a Pod', () => {
  test('the service account is used, at an IPv6 address too', async () => {
    await writeFile(join(folder, 'ca.crt'), 'pod ca');
    await writeFile(join(folder, 'namespace'), 'system\n');
    await writeFile(join(folder, 'token'), 'pod token');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const access = await inClusterAccess(env, clock, folder);
    expect(access).toMatchObject({ server: new URL('https://[fd00::1]'), ca: 'pod ca', namespace: 'system' });
    expect(await access.token?.get()).toBe('pod token');
  });

  test('outside of one, the error says what to set', async () => {
    await expect(loadAccess({}, clock)).rejects.toThrow(/set KUBECONFIG/);
  });
});

describe('tokenFile', () => {
  test('a rotated token is read within a minute, at once after a refusal, and outlives its file', async () => {
    const path = join(folder, 'rotating');
    const token = tokenFile(path, clock);
    await expect(token.get()).rejects.toThrow(/cannot read the token file/);
    await writeFile(path, 'one');
    expect(await token.get()).toBe('one');
    await writeFile(path, 'two');
    expect(await token.get()).toBe('one');
    clock.advance(60_000);
    expect(await token.get()).toBe('two');
    await writeFile(path, 'three');
    token.invalidate();
    expect(await token.get()).toBe('three');
    await rm(path);
    token.invalidate();
    expect(await token.get()).toBe('three');
  });
});
