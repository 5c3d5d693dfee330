import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../infra/local/src/stores/network.ts';
import { CHAT_PLATFORM } from '../src/caches.ts';
import { KINDS } from '../src/platform/kinds.ts';
import { secretValues } from '../src/platform/secrets/credentials.ts';
import { leaderElectionRules, webhookRules } from '../src/rbac.ts';
import type { PolicyRule } from '../src/rbac.ts';
import type { KubeObject } from '../src/runtime/index.ts';
import { WEBHOOK_CONFIGURATIONS } from '../src/webhook/keeper.ts';
import { eventually } from '../test/api-server.ts';
import { accountToken } from '../test/operator-account.ts';
import { startOwnApiServer } from '../test/own-api-server.ts';
import type { AuditEntry, OwnApiServer } from '../test/own-api-server.ts';
import { PATIENCE_MS, PlatformBench, demo } from '../test/platform-bench.ts';
import { findProgram } from '../test/programs.ts';
import { Helm, RELEASE, refOf } from './helm.ts';

const program = findProgram('helm', 'HELM_BINARY');
const helm = new Helm(program ?? '');
const MAIN = join(import.meta.dirname, '../src/main.ts');

/** Asked for outside of a Pod only, where nobody says what the cluster's DNS is; its refusal has an answer. */
const DNS = '/api/v1/namespaces/kube-system/services/kube-dns';

const RIGHTS = new Set([
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'ValidatingWebhookConfiguration',
]);

interface RenderedEnv {
  readonly name: string;
  readonly value?: string;
}

/** What the chart gives the container as plain values, but for what belongs to a container. */
function environmentOf(objects: readonly KubeObject[]): Record<string, string> {
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  const { template } = deployment?.['spec'] as {
    template: { spec: { containers: { env: readonly RenderedEnv[] }[] } };
  };
  const env = (template.spec.containers[0]?.env ?? []).flatMap(({ name, value }) =>
    value === undefined || /^(?:NODE_|MALLOC_|IMAGES_FILE)/.test(name) ? [] : [[name, value] as const],
  );
  return Object.fromEntries(env);
}

/** `verb group resource name`; the name where a rule has one. */
const granted = (rules: readonly PolicyRule[]) =>
  rules.flatMap(({ apiGroups, resources, resourceNames = [''], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) => verbs.map((verb) => `${verb} ${group} ${resource} ${name}`)),
      ),
    ),
  );

const usedBy = ({ verb, objectRef }: AuditEntry) => {
  const { apiGroup = '', resource = '', name = '' } = objectRef ?? {};
  return [`${verb} ${apiGroup} ${resource} ${name}`, `${verb} ${apiGroup} ${resource} `];
};

/** The rights of an installation that looks after one namespace and lives in another: as rendered, and no other. */
(program === undefined ? describe.skip : describe)('the rights of the chart (needs helm)', () => {
  let server: OwnApiServer;
  let dir: string;
  const bench = PlatformBench.use(async () => {
    server = await startOwnApiServer({ controllers: ['garbage-collector-controller'] });
    return server;
  });
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'chatplatform-rights-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  async function install(home: string, watched: string) {
    const objects = await helm.render(home, `--set=watchNamespace=${watched}`);
    for (const object of objects.filter(({ kind }) => RIGHTS.has(kind)))
      await server.client.apply(refOf(object), object, { fieldManager: 'helm', force: true });
    const token = await accountToken(server, { namespace: home, name: RELEASE });
    const text = await readFile(server.kubeconfig, 'utf8');
    const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? '';
    const kubeconfig = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: home } }],
      clusters: [
        {
          name: 'c',
          cluster: {
            server: found(/server: (.*)/),
            'certificate-authority-data': found(/certificate-authority-data: (.*)/),
          },
        },
      ],
      users: [{ name: 'u', user: { token } }],
    };
    const file = join(dir, 'kubeconfig');
    await writeFile(file, JSON.stringify(kubeconfig));
    const env = {
      ...environmentOf(objects),
      PATH: process.env['PATH'] ?? '',
      KUBECONFIG: file,
      POD_NAMESPACE: home,
      METRICS_PORT: '0',
      WEBHOOK_PORT: String(await freePort()),
    };
    return { env, webhook: objects.find(({ kind }) => kind === WEBHOOK_CONFIGURATIONS.kind) };
  }

  async function during(env: Record<string, string>, work: () => Promise<void>): Promise<void> {
    const operator: ChildProcess = spawn(process.execPath, [MAIN], { env, stdio: 'ignore' });
    const ended = once(operator, 'exit');
    try {
      await work();
      operator.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    } finally {
      operator.kill('SIGKILL');
    }
  }

  test('are enough to lead, to look after a platform and to keep the webhook, and none is for nothing', async () => {
    const [home, watched] = [await server.namespace(), await server.namespace()];
    const { env, webhook } = await install(home, watched);
    const configuration = `${home}.${RELEASE}.chatplatform.dev`;
    const secret = { namespace: home, name: `${RELEASE}-webhook` };
    const certificate = async () => {
      const found = await bench.lookUp(KINDS.secret, secret.namespace, secret.name);
      return found === undefined ? undefined : secretValues(found)['tls.crt'];
    };
    bench.settle(watched);
    let first: string | undefined;
    await during(env, async () => {
      await bench.client.create(CHAT_PLATFORM, demo(watched));
      await bench.untilReady(watched);
      first = await eventually('the webhook has a certificate', certificate, PATIENCE_MS);
      await eventually('the API server trusts it', async () => {
        const found = await bench.lookUp(WEBHOOK_CONFIGURATIONS, '', configuration);
        const [told] = (found?.['webhooks'] ?? []) as { clientConfig: { caBundle?: string } }[];
        return told?.clientConfig.caBundle;
      });
    });
    // Looked at every few seconds for as long as the API server trusts nobody; renewed by the one that leads.
    await bench.client.mergePatch(
      WEBHOOK_CONFIGURATIONS,
      { namespace: '', name: configuration },
      { webhooks: webhook?.['webhooks'] },
    );
    await bench.client.mergePatch(KINDS.secret, secret, {
      metadata: { annotations: { 'chatplatform.dev/rotate': 'now' } },
    });
    await during(env, async () => {
      const renewed = await eventually(
        'another certificate',
        async () => {
          const now = await certificate();
          return now === first ? undefined : now;
        },
        PATIENCE_MS,
      );
      expect(renewed).not.toBe(first);
      await bench.client.delete(CHAT_PLATFORM, { namespace: watched, name: 'demo' });
      await bench.untilGone(watched);
    });

    const own = (await server.audit()).filter(
      ({ user }) => user.username === `system:serviceaccount:${home}:${RELEASE}`,
    );
    const refused = own.filter(({ responseStatus }) => responseStatus?.code === 403);
    expect(
      refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`).filter((text) => !text.includes(DNS)),
    ).toEqual([]);
    const rules = webhookRules({ configuration, secret: secret.name });
    const used = new Set(own.flatMap(usedBy));
    const wanted = granted([...leaderElectionRules, ...rules.configuration, ...rules.certificate]);
    expect(wanted.filter((right) => !used.has(right))).toEqual([]);
    // Of nothing else in the namespace it lives in.
    const elsewhere = own.filter(({ objectRef }) => objectRef?.namespace === home);
    expect(new Set(elsewhere.map(({ objectRef }) => objectRef?.resource))).toEqual(
      new Set(['leases', 'secrets']),
    );
  }, 240_000);
});
