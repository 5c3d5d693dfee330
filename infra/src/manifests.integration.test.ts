import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { NAMESPACE, only, PLATFORM, recordDeployment, type Registered, RELEASE } from './recording.ts';
import { stackSettings } from './settings.ts';

/** What the program would create is given to a real API server, the chart as Helm renders it. */
const kubeconfig = process.env['KUBECONFIG_TEST'];
const execute = promisify(execFile);
const chart = new URL('../../charts/chatplatform-operator', import.meta.url).pathname;
const suffix = randomUUID().slice(0, 8);
const settings = stackSettings.parse({
  operatorNamespace: `pulumi-system-${suffix}`,
  platformNamespace: `pulumi-${suffix}`,
  chart,
  chartValues: { replicas: 2 },
  platform: { profile: 'Development', exposure: { type: 'NodePort' } },
});

(kubeconfig === undefined ? describe.skip : describe)('the manifests (needs KUBECONFIG_TEST)', () => {
  let registered: Registered[];

  beforeAll(async () => {
    registered = await recordDeployment(settings);
    for (const { inputs } of registered.filter(({ type }) => type === NAMESPACE))
      await apply(stringify(inputs));
  }, 60_000);

  afterAll(async () => {
    await kubectl(
      'delete',
      'namespace',
      settings.operatorNamespace,
      settings.platformNamespace,
      '--wait=false',
    );
  });

  test('the chart with the stack’s values is taken by the API server', async () => {
    const release = only(registered, RELEASE).inputs as { name: string; namespace: string; values: object };
    const { stdout } = await execute('helm', [
      'template',
      release.name,
      chart,
      '--namespace',
      release.namespace,
      ...Object.entries(release.values).flatMap(([key, value]) => [
        '--set-json',
        `${key}=${JSON.stringify(value)}`,
      ]),
    ]);
    expect(stdout).toMatch(/replicas: 2/);
    const applied = await apply(stdout);
    expect(applied).toMatch(/deployment.apps\/chatplatform-operator serverside-applied/);
    await kubectl(
      'wait',
      '--for=condition=Established',
      'crd/chatplatforms.chatplatform.dev',
      '--timeout=20s',
    );
  }, 60_000);

  test('so is the ChatPlatform, in the version the program names', async () => {
    await apply(stringify(only(registered, PLATFORM).inputs));
    const found = JSON.parse(
      await kubectl('get', 'chp', settings.platformName, '-n', settings.platformNamespace, '-o', 'json'),
    ) as { spec: unknown };
    expect(found.spec).toEqual(settings.platform);
  });
});

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await execute('kubectl', ['--kubeconfig', kubeconfig ?? '', ...args]);
  return stdout;
}

function apply(manifest: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', [
      '--kubeconfig',
      kubeconfig ?? '',
      'apply',
      '--server-side',
      '--force-conflicts',
      '--field-manager=pulumi-test',
      '-f',
      '-',
    ]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(output))));
    child.stdin.end(manifest);
  });
}
