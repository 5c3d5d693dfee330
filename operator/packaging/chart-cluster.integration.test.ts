import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { customResourceDefinition } from '../src/api/index.ts';
import { CHAT_PLATFORM } from '../src/caches.ts';
import type { KubeObject, ResourceRef } from '../src/runtime/index.ts';
import { CRDS, eventually, NAMESPACES, SECRETS } from '../test/api-server.ts';
import { installStandIns } from '../test/foreign-kinds.ts';
import { inventory } from '../test/inventory.ts';
import { startOwnApiServer } from '../test/own-api-server.ts';
import type { OwnApiServer } from '../test/own-api-server.ts';
import { findProgram } from '../test/programs.ts';
import { MATRIX, VALUES } from './chart-values.ts';
import { CHART, Helm, isHook, refOf, RELEASE } from './helm.ts';
import { LAST_RELEASE, packagedChart } from './last-release.ts';

const program = findProgram('helm', 'HELM_BINARY');
const kubectl = findProgram('kubectl', 'KUBECTL_BINARY');
const helm = new Helm(program ?? '');

test('every value has a place in the matrix', async () => {
  const known = Object.keys(parse(await readFile(join(CHART, 'values.yaml'), 'utf8')) as object);
  const tried = new Set(Object.values(VALUES).flatMap(Object.keys));
  expect(known.filter((name) => !tried.has(name))).toEqual([]);
});

const SERVICE_MONITOR: ResourceRef = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  plural: 'servicemonitors',
  namespaced: true,
};

/** An API server of its own: the chart brings its CRD, and a kind whose presence others would notice. */
(program === undefined ? describe.skip : describe)('the API server (needs helm)', () => {
  let server: OwnApiServer;
  let namespace: string;

  beforeAll(async () => {
    server = await startOwnApiServer({
      controllers: ['garbage-collector-controller', 'namespace-controller'],
    });
    await installStandIns(server, [SERVICE_MONITOR]);
    namespace = await server.namespace();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await server.client.mergePatch(NAMESPACES, { namespace: '', name: namespace }, { metadata: { labels } });
  }, 60_000);

  afterAll(() => server.close());

  const dryRun = (object: KubeObject) =>
    server.client.apply(refOf(object), object, { fieldManager: 'helm', force: true, dryRun: true });

  test.each(MATRIX)(
    'takes the chart %s, and its Pods where only restricted ones are let in',
    async (_, values) => {
      const objects = await helm.render(
        namespace,
        ...Object.entries(values).map(([name, value]) => `--set-json=${name}=${JSON.stringify(value)}`),
      );
      await Promise.all(objects.map(dryRun));
      const deployment = objects.find(({ kind }) => kind === 'Deployment');
      const { template } = deployment?.['spec'] as {
        template: { metadata: object; spec: { serviceAccountName: string; priorityClassName?: string } };
      };
      const { priorityClassName: _class, ...spec } = template.spec;
      // The Deployment would be taken with any Pod: its own controller would be refused only later.
      await dryRun({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...template.metadata, name: 'of-the-operator', namespace },
        spec: { ...spec, serviceAccountName: 'default' },
      });
    },
  );

  describe('from the last release to this one', () => {
    const at = () => [`--namespace=${namespace}`, `--kubeconfig=${server.kubeconfig}`];
    const crd = async () => {
      const { name } = customResourceDefinition().metadata;
      return server.client.get(CRDS, { namespace: '', name });
    };
    const versionsOf = (object: KubeObject) => (object['spec'] as { versions: unknown }).versions;
    /** All that is in the cluster, whoever made it. */
    const everything = () => inventory(server, namespace, '');
    let before: string[];
    let platforms: string[];

    test('what the last release stored is there and can be changed after the upgrade', async () => {
      before = await everything();
      await helm.run('install', RELEASE, await packagedChart(), ...at());
      await eventually('platforms are served', () =>
        server.client.list(CHAT_PLATFORM, { namespace }).then(
          () => true,
          () => false,
        ),
      );
      const examples = (await readdir(LAST_RELEASE)).filter((file) => file.endsWith('.yaml'));
      for (const file of examples) {
        const platform = parse(await readFile(join(LAST_RELEASE, file), 'utf8')) as KubeObject;
        const metadata = { ...platform.metadata, name: file.replace('.yaml', ''), namespace };
        await server.client.create(CHAT_PLATFORM, { ...platform, metadata });
      }
      const stored = (await server.client.list(CHAT_PLATFORM, { namespace })).items;
      const old = await crd();
      expect(stored.length).toBeGreaterThan(5);

      await helm.run('upgrade', RELEASE, CHART, ...at(), '--set=webhook.enabled=false');
      const upgraded = await crd();
      expect(JSON.stringify(versionsOf(upgraded))).not.toBe(JSON.stringify(versionsOf(old)));
      await eventually('the new schema is in force', () =>
        server.client
          .mergePatch(
            CHAT_PLATFORM,
            { namespace, name: 'standard' },
            { spec: { imagePullSecrets: [{ name: 'pull' }] } },
            { dryRun: true },
          )
          .then(({ spec }) => 'imagePullSecrets' in (spec as object)),
      );
      for (const { metadata, spec } of stored) {
        const { name } = metadata;
        const touched = { metadata: { annotations: { touched: 'yes' } } };
        const object = await server.client.mergePatch(CHAT_PLATFORM, { namespace, name }, touched);
        expect([name, object['spec']]).toEqual([name, spec]);
      }
      platforms = stored.map(({ metadata }) => `chatplatforms ${metadata.name}`);
    }, 60_000);

    test('with its webhook it comes as it comes, and what this release dropped is gone', async () => {
      await helm.run('upgrade', RELEASE, CHART, ...at(), '--reset-values');
      const rendered = (await helm.render(namespace)).filter((object) => !isHook(object));
      const present = await everything();
      const expected = rendered.map((object) => `${refOf(object).plural} ${object.metadata.name}`);
      expect(expected.filter((line) => !present.includes(line))).toEqual([]);
      const ours = present.filter((line) => !before.includes(line) && !platforms.includes(line));
      // Beside what is rendered: what the API server adds for a CRD and for Services, and Helm's record of revisions.
      const others = ours.filter((line) => !expected.includes(line));
      expect(others.filter((line) => !/^(?:ipaddresses |secrets sh\.helm\.release\.)/.test(line))).toEqual([
        'apiservices v1alpha1.chatplatform.dev',
      ]);
    }, 60_000);

    test('uninstalled, it leaves the CRD and the platforms, and takes them up when it comes again', async () => {
      await helm.run('uninstall', RELEASE, ...at(), '--wait');
      const gone = await everything();
      expect(gone.filter((line) => !before.includes(line))).toEqual(
        [
          'apiservices v1alpha1.chatplatform.dev',
          ...platforms,
          'customresourcedefinitions chatplatforms.chatplatform.dev',
        ].sort(),
      );
      await helm.run('install', RELEASE, CHART, ...at());
      const again = await everything();
      expect(platforms.filter((line) => !again.includes(line))).toEqual([]);
    }, 60_000);
  });

  describe('the notes', () => {
    const notes = async (...flags: string[]) => {
      const output = await helm.run(
        'install',
        RELEASE,
        CHART,
        '--dry-run=client',
        `--namespace=${namespace}`,
        ...flags,
      );
      return output.slice(output.indexOf('NOTES:'));
    };

    test('show a platform that is taken as it stands', async () => {
      const [, manifest = ''] = /<<'YAML'\n(.*?)\n *YAML\n/s.exec(await notes()) ?? [];
      const platform = parse(manifest) as KubeObject;
      const placed = { ...platform, metadata: { ...platform.metadata, namespace } };
      const { object } = await server.client.apply(CHAT_PLATFORM, placed, {
        fieldManager: 'test',
        force: false,
        dryRun: true,
      });
      expect(object['spec']).toEqual({ profile: 'Development' });
    });

    test('say what is looked after, and that a CRD is missing', async () => {
      expect(await notes()).toContain('looks after every namespace');
      expect(await notes('--set=watchNamespace=chat')).toContain('looks after namespace chat');
      expect(await notes()).not.toContain('apply it yourself');
      expect(await notes('--set=crds.install=false')).toContain('apply it yourself');
    });

    (kubectl === undefined ? test.skip : test)('show the way in (needs kubectl)', async () => {
      await server.client.create(SECRETS, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'demo-admin', namespace },
        stringData: { username: 'admin', password: 'a-password' },
      });
      const [line = ''] = /kubectl get secret demo-admin .*/.exec(await notes()) ?? [];
      const command = line.replace('kubectl', `"${kubectl ?? ''}" --namespace=${namespace}`);
      const { stdout } = await promisify(execFile)('sh', ['-c', command], {
        env: { ...process.env, KUBECONFIG: server.kubeconfig },
      });
      expect(stdout).toBe('password: a-password\nusername: admin\n');
    });
  });
});
