import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.ts';
import { kubectl, kubectlApply } from './support/kubectl.ts';

/** A second operator beside the one that runs: for a namespace of its own, from the last release to this one and away. */
const NAMESPACE = 'chart-e2e';
const RELEASE = 'second';
const NAME = `${RELEASE}-chatplatform-operator`;
const root = new URL('../..', import.meta.url).pathname;
const CHART = join(root, 'charts/chatplatform-operator');
const FIXTURES = join(root, 'operator/test/fixtures/last-release');

const execute = promisify(execFile);
const isThere = await execute('helm', ['version']).then(
  () => true,
  () => false,
);

/** Those of the running release, with its images; what belongs to the cluster stays with that one. */
async function valuesHere(): Promise<string> {
  const release = ['chatplatform-operator', '--namespace=chatplatform-system'];
  const { stdout } = await execute('helm', ['get', 'values', ...release, '--output=json']);
  const values = (JSON.parse(stdout) ?? {}) as Record<string, unknown>;
  return JSON.stringify({ ...values, crds: { install: false }, watchNamespace: NAMESPACE });
}

async function helm(args: string[], input = ''): Promise<string> {
  const child = spawn('helm', [...args, `--namespace=${NAMESPACE}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`helm ${args[0] ?? ''} ended with ${String(code)}: ${stdout}${stderr}`);
  return stdout;
}

const lines = (output: string) =>
  output
    .trim()
    .split('\n')
    .filter((line) => line !== '');

/** Everything of the namespace but what Kubernetes puts into each, and of the cluster what bears the release's name. */
async function leftBehind(): Promise<string[]> {
  const kinds = lines(
    await kubectl('api-resources', '--namespaced', '--verbs=list,delete', '--output=name'),
  ).filter((kind) => !kind.startsWith('events') && !kind.includes('metrics.k8s.io'));
  const inNamespace = await kubectl('get', kinds.join(','), '-n', NAMESPACE, '-o', 'name');
  const clusterKinds = 'clusterroles,clusterrolebindings,validatingwebhookconfigurations';
  const ofCluster = await kubectl('get', clusterKinds, '-o', 'name');
  return [
    ...lines(inNamespace).filter((line) => !/\/(?:kube-root-ca\.crt|default)$/.test(line)),
    ...lines(ofCluster).filter((line) => line.includes(NAMESPACE)),
  ].sort();
}

beforeAll(async () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const metadata = { name: NAMESPACE, labels };
  expect(await kubectlApply({ apiVersion: 'v1', kind: 'Namespace', metadata })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  if (isThere) await helm(['uninstall', RELEASE, '--ignore-not-found']);
  await kubectl('delete', 'namespace', NAMESPACE, '--wait=false');
});

(isThere ? test : test.skip)(
  'the last release becomes this one, which serves; uninstalled, it leaves what it says (needs helm)',
  async () => {
    const packaged = readdirSync(FIXTURES).find((file) => file.endsWith('.tgz')) ?? '';
    const values = await valuesHere();
    // The image is this version's, which need not do with the rights of the last one: it is not waited for. Values that the
    // last one does not know are nothing to it.
    const last = ['install', RELEASE, join(FIXTURES, packaged), '--values=-', '--skip-schema-validation'];
    await helm(last, values);
    await helm(['upgrade', RELEASE, CHART, '--values=-', '--wait', '--timeout=100s'], values);
    expect(await helm(['test', RELEASE, '--timeout=60s'])).toMatch(/Phase: +Succeeded/);
    const crd = await kubectl('get', 'crd', 'chatplatforms.chatplatform.dev', '-o', 'name');

    // Made by the operator once it leads, which it does when the lease of the last release is over.
    const certificate = `secret/${NAME}-webhook`;
    await eventually('the operator to have made its certificate', async () =>
      (await leftBehind()).includes(certificate) ? true : undefined,
    );

    await helm(['uninstall', RELEASE, '--wait', '--timeout=60s']);
    // Pods and what follows from them go a little later.
    let left: string[] = [];
    await eventually('nothing else to be left', async () => {
      left = (await leftBehind()).filter((line) => !line.startsWith('lease.'));
      return left.length === 1 && left[0] === certificate ? true : undefined;
    }).catch(() => undefined);
    expect(left).toEqual([certificate]);
    expect(await kubectl('get', 'crd', 'chatplatforms.chatplatform.dev', '-o', 'name')).toBe(crd);
  },
  240_000,
);
