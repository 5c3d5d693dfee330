import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { customResourceDefinition } from '../src/api/index.ts';
import { specSchema } from '../src/api/spec.ts';
import { clusterRules, leaderElectionRules } from '../src/rbac.ts';
import type { KubeObject, ResourceRef } from '../src/runtime/index.ts';
import { connectTestApiServer, CRDS, eventually } from '../test/api-server.ts';
import type { TestApiServer } from '../test/api-server.ts';
import { findProgram } from '../test/programs.ts';
import { Helm, isHook } from './helm.ts';
import { OLM_BUNDLE, olmBundle } from './olm-bundle.ts';

const program = findProgram('helm', 'HELM_BINARY');
const helm = new Helm(program ?? '');
const folder = join(import.meta.dirname, '../..', OLM_BUNDLE);

const CSV_CRD = join(import.meta.dirname, '../test/fixtures/olm/clusterserviceversions-v0.42.0.yaml.gz');
const CSV: ResourceRef = {
  apiVersion: 'operators.coreos.com/v1alpha1',
  kind: 'ClusterServiceVersion',
  plural: 'clusterserviceversions',
  namespaced: true,
};

interface ClusterServiceVersion extends KubeObject {
  spec: {
    version: string;
    installModes: { type: string; supported: boolean }[];
    install: {
      spec: {
        permissions: { serviceAccountName: string; rules: object[] }[];
        clusterPermissions: { serviceAccountName: string; rules: object[] }[];
        deployments: { name: string; spec: DeploymentSpec }[];
      };
    };
    customresourcedefinitions: { owned: { name: string; version: string; kind: string }[] };
  };
}
interface DeploymentSpec {
  template: {
    spec: { serviceAccountName: string; containers: { env: { name: string; valueFrom?: object }[] }[] };
  };
}

async function committed(): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const),
    ),
  );
}

const manifests = async (): Promise<KubeObject[]> =>
  Object.entries(await committed())
    .filter(([path]) => path.startsWith('manifests/'))
    .map(([, text]) => parse(text) as KubeObject);

async function csv(): Promise<ClusterServiceVersion> {
  const found = (await manifests()).find(({ kind }) => kind === CSV.kind);
  if (found === undefined) throw new Error('the bundle has no ClusterServiceVersion');
  return found as ClusterServiceVersion;
}

(program === undefined ? test.skip : test)(
  'the bundle is what the chart says: else run `npm run generate -w operator` (needs helm)',
  async () => {
    expect(await committed()).toEqual(await olmBundle(helm));
  },
);

describe('the bundle', () => {
  test('holds only kinds that OLM takes', async () => {
    const kinds = (await manifests()).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['ClusterServiceVersion', 'ConfigMap', 'CustomResourceDefinition', 'Service']);
  });

  test('owns the CRD that it brings', async () => {
    const crd = customResourceDefinition();
    const brought = (await manifests()).find(({ kind }) => kind === 'CustomResourceDefinition');
    expect(brought).toEqual(JSON.parse(JSON.stringify(crd)));
    const { owned } = (await csv()).spec.customresourcedefinitions;
    expect(owned.map(({ name, version, kind }) => ({ name, version, kind }))).toEqual(
      crd.spec.versions.map(({ name: version }) => ({
        name: crd.metadata.name,
        version,
        kind: crd.spec.names.kind,
      })),
    );
  });

  test('asks for the rights of the table and no other', async () => {
    const { permissions, clusterPermissions } = (await csv()).spec.install.spec;
    expect(permissions.flatMap(({ rules }) => rules)).toEqual([
      ...clusterRules.platforms,
      ...leaderElectionRules,
    ]);
    expect(clusterPermissions.flatMap(({ rules }) => rules)).toEqual(clusterRules.nodes);
  });

  test('runs the operator as its account, where OLM says', async () => {
    const { deployments, permissions } = (await csv()).spec.install.spec;
    const [{ spec } = { spec: undefined }] = deployments;
    expect(spec?.template.spec.serviceAccountName).toBe(permissions[0]?.serviceAccountName);
    const env = spec?.template.spec.containers[0]?.env ?? [];
    expect(env.find(({ name }) => name === 'WATCH_NAMESPACE')?.valueFrom).toEqual({
      fieldRef: { fieldPath: "metadata.annotations['olm.targetNamespaces']" },
    });
    expect(env.map(({ name }) => name)).not.toContain('WEBHOOK_PORT');
  });

  test('names its files’ kinds and its channel alike in metadata and image', async () => {
    const files = await committed();
    const { annotations } = parse(files['metadata/annotations.yaml'] ?? '') as {
      annotations: Record<string, string>;
    };
    const labels = [...(files['bundle.Dockerfile'] ?? '').matchAll(/^LABEL (\S+)=(\S+)$/gm)];
    expect(Object.fromEntries(labels.map(([, name = '', value = '']) => [name, value]))).toEqual(annotations);
    expect(annotations['operators.operatorframework.io.bundle.channel.default.v1']).toBe('alpha');
  });

  test('shows an example that can be had', async () => {
    const { metadata } = await csv();
    const examples = JSON.parse(metadata.annotations?.['alm-examples'] ?? '[]') as { spec: unknown }[];
    expect(examples).toHaveLength(1);
    for (const { spec } of examples) expect(specSchema.parse(spec)).toEqual(spec);
  });
});

describe('by the schema of OLM, the API server', () => {
  let server: TestApiServer;
  let namespace: string;

  beforeAll(async () => {
    server = await connectTestApiServer();
    namespace = await server.namespace();
    const definition = parse((await promisify(gunzip)(await readFile(CSV_CRD))).toString()) as KubeObject;
    await server.client.apply(CRDS, definition, { fieldManager: 'test', force: true });
    await eventually('ClusterServiceVersions are served', () =>
      server.client.list(CSV, { limit: 1 }).then(
        () => true,
        () => false,
      ),
    );
  }, 60_000);

  afterAll(async () => {
    await server.client.delete(CRDS, { namespace: '', name: `${CSV.plural}.operators.coreos.com` });
    await server.close();
  });

  const create = (object: KubeObject) =>
    server.transport.send({
      method: 'POST',
      path: `/apis/${CSV.apiVersion}/namespaces/${namespace}/${CSV.plural}?dryRun=All&fieldValidation=Strict`,
      body: { ...object, metadata: { ...object.metadata, namespace } },
      idempotent: true,
      verb: 'create',
      resource: CSV.plural,
    });

  test('takes the ClusterServiceVersion as it stands', async () => {
    expect((await create(await csv())).status).toBe(201);
  });

  test.each<[string, object, string]>([
    ['an unknown field', { deploy: [] }, 'spec.deploy'],
    ['an install mode that is none', { installModes: [{ type: 5, supported: true }] }, 'spec.installModes'],
    ['a CSV that installs nothing', { install: undefined }, 'spec.install'],
  ])('refuses %s', async (_, change, named) => {
    const good = await csv();
    await expect(create({ ...good, spec: { ...good.spec, ...change } })).rejects.toThrow(named);
  });
});

(program === undefined ? test.skip : test)(
  'leaves out nothing of the chart but what OLM makes itself (needs helm)',
  async () => {
    const rendered = await helm.render('chatplatform-system', '--set=webhook.enabled=false');
    const left = rendered.filter((object) => !isHook(object)).map(({ kind }) => kind);
    const own = new Set([
      'ServiceAccount',
      'Role',
      'RoleBinding',
      'ClusterRole',
      'ClusterRoleBinding',
      'Deployment',
    ]);
    const taken = new Set((await manifests()).map(({ kind }) => kind));
    expect(left.filter((kind) => !own.has(kind) && !taken.has(kind))).toEqual([]);
  },
);
