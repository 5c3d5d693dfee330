import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { connectTestApiServer, lookUp, DEPLOYMENTS } from '../test/api-server.ts';
import type { TestApiServer } from '../test/api-server.ts';
import { findProgram } from '../test/programs.ts';
import { customResourceDefinition } from './api/index.ts';
import { clusterRules, webhookRules } from './rbac.ts';
import type { KubeObject } from './runtime/index.ts';

/** Helm 3 or 4. */
const helmBinary = findProgram('helm', 'HELM_BINARY');
const CHART = join(import.meta.dirname, '../../charts/chatplatform-operator');
const RELEASE = 'chatplatform-operator';

const run = promisify(execFile);
const helm = async (...args: string[]) => (await run(helmBinary ?? '', args, { maxBuffer: 2 ** 24 })).stdout;

async function render(...args: string[]): Promise<KubeObject[]> {
  const text = await helm('template', RELEASE, CHART, '--namespace=operators', ...args);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

const only = (objects: readonly KubeObject[], kind: string, name = RELEASE) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);

(helmBinary === undefined ? describe.skip : describe)('the chart (needs helm)', () => {
  let server: TestApiServer;
  let namespace: string;

  beforeAll(async () => {
    server = await connectTestApiServer();
    namespace = await server.namespace();
  }, 60_000);

  afterAll(() => server.close());

  test('passes lint', async () => {
    expect(await helm('lint', '--strict', CHART)).toContain('0 chart(s) failed');
  });

  test('brings the CRD as it is generated, to be kept when the chart goes', async () => {
    const crd = customResourceDefinition();
    const rendered = only(await render(), 'CustomResourceDefinition', crd.metadata.name);
    expect(rendered?.['spec']).toEqual(JSON.parse(JSON.stringify(crd.spec)));
    expect(rendered?.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    const without = await render('--set=crds.install=false');
    expect(without.filter(({ kind }) => kind === 'CustomResourceDefinition')).toEqual([]);
  });

  test('grants the rules of the table and no other', async () => {
    const cluster = 'operators:chatplatform-operator';
    const all = await render();
    expect(only(all, 'ClusterRole', cluster)?.['rules']).toEqual(clusterRules.platforms);
    expect(only(all, 'ClusterRole', `${cluster}:nodes`)?.['rules']).toEqual(clusterRules.nodes);
    const one = await render('--set=watchNamespace=chat');
    expect(only(one, 'ClusterRole', cluster)).toBeUndefined();
    expect(only(one, 'Role')).toMatchObject({
      metadata: { namespace: 'chat' },
      rules: clusterRules.platforms,
    });
    expect(only(one, 'RoleBinding')).toMatchObject({ metadata: { namespace: 'chat' } });
  });

  test('brings a webhook that stands in nobody’s way, with the rights to keep its certificate', async () => {
    const objects = await render();
    const name = 'operators.chatplatform-operator.chatplatform.dev';
    const { webhooks } = only(objects, 'ValidatingWebhookConfiguration', name) as unknown as {
      webhooks: { failurePolicy: string; clientConfig: { service: object; caBundle?: string } }[];
    };
    expect(webhooks).toHaveLength(1);
    const [webhook] = webhooks;
    const service = { name: `${RELEASE}-webhook`, namespace: 'operators', path: '/validate', port: 443 };
    expect(webhook).toMatchObject({ failurePolicy: 'Ignore', clientConfig: { service } });
    // Written by the operator: a value here would be put back at each upgrade.
    expect(webhook?.clientConfig).not.toHaveProperty('caBundle');
    expect(only(objects, 'Service', `${RELEASE}-webhook`)).toBeDefined();
    const { configuration, certificate } = webhookRules({
      configuration: name,
      secret: `${RELEASE}-webhook`,
    });
    expect(only(objects, 'ClusterRole', 'operators:chatplatform-operator:webhook')?.['rules']).toEqual(
      configuration,
    );
    expect(only(objects, 'Role', `${RELEASE}-webhook`)?.['rules']).toEqual(certificate);
    const without = await render('--set=webhook.enabled=false');
    expect(JSON.stringify(without)).not.toContain('WEBHOOK');
    expect(without.filter(({ kind }) => kind === 'ValidatingWebhookConfiguration')).toEqual([]);
  });

  test('hands the operator its image and its table of images', async () => {
    const objects = await render(
      '--set=image=registry.test/operator:1',
      '--set=images.chat=registry.test/chat:1',
    );
    const images = only(objects, 'ConfigMap', `${RELEASE}-images`)?.['data'] as Record<string, string>;
    expect(JSON.parse(images['images.json'] ?? '')).toEqual({ chat: 'registry.test/chat:1' });
    expect(JSON.stringify(only(objects, 'Deployment'))).toContain('"image":"registry.test/operator:1"');
    expect(JSON.stringify(only(await render(), 'Deployment'))).toContain(
      'docker.io/chatplatform/operator:0.1.0',
    );
  });

  test('another table of images makes another Pod', async () => {
    const podOf = async (...args: string[]) =>
      (only(await render(...args), 'Deployment')?.['spec'] as { template: object }).template;
    expect(await podOf('--set=images.chat=a')).not.toEqual(await podOf('--set=images.chat=b'));
  });

  test.each([
    ['an unknown value', '--set=replica=1', 'replica'],
    ['an unknown image', '--set=images.reddis=a', 'reddis'],
    ['negative replicas', '--set=replicas=-1', 'replicas'],
    ['a log level that is none', '--set=logLevel=loud', 'logLevel'],
  ])('refuses %s', async (_, flag, named) => {
    await expect(render(flag)).rejects.toThrow(named);
  });

  test.each([
    ['as it comes', []],
    ['for one namespace', ['--set=watchNamespace=default']],
    ['with two that stand by for one another', ['--set=replicas=2']],
    ['with tracing', ['--set=tracing.endpoint=http://otel:4318', '--set=tracing.sampling=0.5']],
    [
      'tuned',
      [
        '--set=nodeSelector.disk=ssd',
        '--set=priorityClassName=system-cluster-critical',
        '--set=imagePullSecrets[0].name=pull',
      ],
    ],
  ])(
    'is accepted by the API server %s',
    async (_, flags) => {
      const answer = await helm(
        'upgrade',
        '--install',
        RELEASE,
        CHART,
        '--dry-run=server',
        `--namespace=${namespace}`,
        `--kubeconfig=${server.kubeconfig}`,
        '--set=crds.install=false',
        ...flags,
      );
      expect(answer).toContain('STATUS: pending-install');
    },
    30_000,
  );

  test('installs, upgrades and goes', async () => {
    const at = [`--namespace=${namespace}`, `--kubeconfig=${server.kubeconfig}`];
    const values = ['--set=crds.install=false', `--set=watchNamespace=${namespace}`];
    await helm('upgrade', '--install', RELEASE, CHART, ...at, ...values);
    await helm('upgrade', '--install', RELEASE, CHART, ...at, ...values, '--set=replicas=2');
    const deployment = await lookUp(server, DEPLOYMENTS, namespace, RELEASE);
    expect(deployment?.['spec']).toMatchObject({ replicas: 2 });
    await helm('uninstall', RELEASE, ...at, '--wait');
    expect(await lookUp(server, DEPLOYMENTS, namespace, RELEASE)).toBeUndefined();
  }, 60_000);
});
