import { describe, expect, test } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { clusterDnsOf, systemEntropy } from './environment.ts';

describe("the cluster's DNS", () => {
  test('is read out of a Pod’s resolv.conf', () => {
    const text =
      'search chatplatform-system.svc.cluster.test svc.cluster.test cluster.test\nnameserver 10.96.0.10\noptions ndots:5\n';
    expect(clusterDnsOf(text)).toEqual({ server: '10.96.0.10', domain: 'cluster.test' });
  });

  test('is unknown on a machine outside', () => {
    expect(clusterDnsOf('search example.org\nnameserver 192.0.2.1\n')).toBeUndefined();
    expect(clusterDnsOf('')).toBeUndefined();
  });
});

test('signing keys are EC P-256 in PKCS8', () => {
  const pem = systemEntropy.signingKey();
  expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  const key = createPrivateKey(pem);
  expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve]).toEqual(['ec', 'prime256v1']);
});
