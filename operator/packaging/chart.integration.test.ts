import { describe, expect, test } from '@jest/globals';
import { customResourceDefinition } from '../src/api/index.ts';
import { clusterRules, webhookRules } from '../src/rbac.ts';
import type { KubeObject } from '../src/runtime/index.ts';
import { findProgram } from '../test/programs.ts';
import { CHART, Helm, RELEASE } from './helm.ts';

const program = findProgram('helm', 'HELM_BINARY');
const helm = new Helm(program ?? '');
const render = (...args: string[]) => helm.render('operators', ...args);

const only = (objects: readonly KubeObject[], kind: string, name = RELEASE) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);

(program === undefined ? describe.skip : describe)('the chart (needs helm)', () => {
  test('passes lint', async () => {
    expect(await helm.run('lint', '--strict', CHART)).toContain('0 chart(s) failed');
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
    ['an unknown value inside of another', '--set=webhook.enable=false', 'enable'],
    ['an unknown image', '--set=images.reddis=a', 'reddis'],
    ['a pull secret without a name', '--set=imagePullSecrets[0].nam=a', 'nam'],
    ['a label that Pods are found by', '--set=commonLabels.app\\.kubernetes\\.io/name=a', 'commonLabels'],
    ['negative replicas', '--set=replicas=-1', 'replicas'],
    ['a log level that is none', '--set=logLevel=loud', 'logLevel'],
  ])('refuses %s', async (_, flag, named) => {
    await expect(render(flag)).rejects.toThrow(named);
  });
});
