import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_MAPS, connectTestApiServer, SECRETS, type TestApiServer } from '../../../test/api-server.ts';
import { startTcpProxy } from '../../../test/tcp-proxy.ts';
import { KubernetesApiClient } from '../client/api-client.ts';
import { systemClock } from '../clock.ts';
import type { KubeObject, ResourceRef } from '../object.ts';
import type { ClusterAccess } from './access.ts';
import { HttpTransport, type CallObservation } from './http-transport.ts';
import { tokenFile } from './token.ts';

const SERVICE_ACCOUNTS: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};

let server: TestApiServer;
let namespace: string;

beforeAll(async () => {
  server = await connectTestApiServer();
  namespace = await server.namespace();
}, 60_000);

afterAll(() => server.close());

const open = (access: ClusterAccess, seen: CallObservation[] = []) =>
  new HttpTransport({
    access,
    clock: systemClock,
    random: Math.random,
    observe: (call) => seen.push(call),
  });

const configMap = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name },
  data,
});

describe('on a real API server', () => {
  test('a thousand requests in a row take one connection, a thousand at once the eight that are allowed', async () => {
    const proxy = await startTcpProxy(server.access);
    const transport = open(proxy.access);
    try {
      const client = new KubernetesApiClient(transport);
      const look = () => client.list(CONFIG_MAPS, { namespace, limit: 1 });
      for (let i = 0; i < 1000; i += 1) await look();
      expect(proxy.connections()).toBe(1);
      await Promise.all(Array.from({ length: 1000 }, look));
      expect(proxy.connections()).toBeLessThanOrEqual(8);
    } finally {
      transport.close();
      await proxy.close();
    }
  }, 120_000);

  test('each attempt is counted by verb, resource and code', async () => {
    const seen: CallObservation[] = [];
    const transport = open(server.access, seen);
    const client = new KubernetesApiClient(transport);
    const by = { fieldManager: 'test', force: false };
    const refused = (call: Promise<unknown>) => call.catch(() => undefined);
    await client.apply(CONFIG_MAPS, configMap('counted', { a: '1' }), by);
    await client.apply(CONFIG_MAPS, configMap('counted', { a: '2' }), by);
    await refused(client.create(CONFIG_MAPS, configMap('counted')));
    await refused(client.get(SECRETS, { namespace, name: 'none' }));
    await refused(
      client.apply(CONFIG_MAPS, configMap('counted', { a: '3' }), { fieldManager: 'other', force: false }),
    );
    transport.close();
    expect(seen.map(({ verb, resource, code }) => `${verb} ${resource} ${code}`)).toEqual([
      'apply configmaps 201',
      'apply configmaps 200',
      'create configmaps 409',
      'get secrets 404',
      'apply configmaps 409',
    ]);
  });

  test('a token that the API server no longer takes is read afresh from its file, and the request goes through', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatplatform-token-'));
    const { client, transport: admin } = server;
    const account: KubeObject = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace, name: 'rotated' },
    };
    await client.create(SERVICE_ACCOUNTS, account);
    /** A token that lives as long as the Secret it is bound to. */
    const issue = async (name: string): Promise<string> => {
      const bound = await client.create(SECRETS, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace, name },
      });
      const { uid } = bound.metadata;
      const { body } = await admin.send({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/rotated/token`,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid } },
        },
        idempotent: false,
        verb: 'create',
        resource: 'serviceaccounts/token',
      });
      return (body as { status: { token: string } }).status.token;
    };
    const path = join(folder, 'token');
    const { clientCertificate: _, ...access } = server.access;
    const seen: CallObservation[] = [];
    const transport = open({ ...access, token: tokenFile(path, systemClock) }, seen);
    // Every account may ask who it is.
    const whoAmI = () =>
      transport.send({
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
        idempotent: true,
        verb: 'create',
        resource: 'selfsubjectreviews',
      });
    try {
      await writeFile(path, await issue('first'));
      await whoAmI();
      await writeFile(path, await issue('second'));
      await client.delete(SECRETS, { namespace, name: 'first' });
      // The API server believes a token that it has checked for a few seconds more.
      const deadline = performance.now() + 40_000;
      while (!seen.some(({ code }) => code === '401') && performance.now() < deadline) {
        expect((await whoAmI()).body).toMatchObject({
          status: { userInfo: { username: `system:serviceaccount:${namespace}:rotated` } },
        });
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      expect(seen.slice(-2).map(({ code }) => code)).toEqual(['401', '201']);
    } finally {
      transport.close();
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});
