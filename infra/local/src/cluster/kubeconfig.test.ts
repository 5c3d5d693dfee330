import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { renderKubeconfig } from './kubeconfig.ts';

test('a kubeconfig carries its certificates and names one context', () => {
  const text = renderKubeconfig({
    clusterName: 'chatplatform',
    server: 'https://10.255.0.1:6443',
    authority: 'CA',
    userName: 'admin',
    client: { certificate: 'CERT', privateKey: 'KEY' },
  });
  expect(parse(text)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'chatplatform',
        cluster: { server: 'https://10.255.0.1:6443', 'certificate-authority-data': 'Q0E=' },
      },
    ],
    users: [{ name: 'admin', user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } }],
    contexts: [{ name: 'chatplatform', context: { cluster: 'chatplatform', user: 'admin' } }],
    'current-context': 'chatplatform',
  });
});
