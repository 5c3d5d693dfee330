import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { connectTestApiServer } from '../test/api-server.ts';
import type { TestApiServer } from '../test/api-server.ts';
import { findProgram } from '../test/programs.ts';
import type { KubeObject } from '../src/runtime/index.ts';
import { Helm } from './helm.ts';
import { INSTALL_MANIFEST, installManifest } from './install-manifest.ts';

const helm = findProgram('helm', 'HELM_BINARY');
const kubectl = findProgram('kubectl', 'KUBECTL_BINARY');
const root = join(import.meta.dirname, '../..');
const read = () => readFile(join(root, INSTALL_MANIFEST), 'utf8');

(helm === undefined ? test.skip : test)(
  'install.yaml is what the chart says: else run `npm run generate -w operator` (needs helm)',
  async () => {
    expect(await read()).toBe(await installManifest(new Helm(helm ?? '')));
  },
);

test('install.yaml asks nothing of Helm, and names its namespace everywhere', async () => {
  const text = await read();
  expect(text).not.toMatch(/helm/i);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace));
  expect(namespaces).toEqual(new Set([undefined, 'chatplatform-system']));
});

(kubectl === undefined ? describe.skip : describe)('install.yaml (needs kubectl)', () => {
  let server: TestApiServer;
  beforeAll(async () => {
    server = await connectTestApiServer();
  }, 60_000);
  afterAll(() => server.close());

  test('is accepted by the API server, twice, and goes again', async () => {
    const run = (...args: string[]) =>
      promisify(execFile)(kubectl ?? '', [`--kubeconfig=${server.kubeconfig}`, ...args]);
    const apply = ['apply', '--server-side', '--force-conflicts', '-k', join(root, 'deploy')];
    try {
      await run(...apply);
      const { stdout } = await run(...apply);
      expect(stdout).toContain('deployment.apps/chatplatform-operator serverside-applied');
    } finally {
      // All but the CRD, which other tests of the same API server may be using.
      const kinds = 'validatingwebhookconfiguration,clusterrole,clusterrolebinding';
      await run('delete', kinds, '-l', 'app.kubernetes.io/name=chatplatform-operator', '--ignore-not-found');
      await run('delete', 'namespace', 'chatplatform-system', '--ignore-not-found', '--wait=false');
    }
  }, 60_000);
});
