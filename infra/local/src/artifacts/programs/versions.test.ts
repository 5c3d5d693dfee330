import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { versions } from './versions.ts';

test.each([
  ['k8s.io/kubernetes', versions.kubernetes],
  ['go.etcd.io/etcd/server/v3', versions.etcd],
  ['github.com/coredns/coredns', versions.coredns],
  ['github.com/rancher/local-path-provisioner', versions.localPathProvisioner],
  ['sigs.k8s.io/metrics-server', versions.metricsServer],
  ['helm.sh/helm/v4', versions.helm],
])('the Go module asks for the %s that is stamped and downloaded', async (module, version) => {
  const text = await readFile(join(import.meta.dirname, '../../../go/go.mod'), 'utf8');
  expect(text).toContain(`\t${module} v${version}`);
});
