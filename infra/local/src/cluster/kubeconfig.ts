import { stringify } from 'yaml';
import type { KeyPair } from './pki/certificate-authority.ts';

export interface KubeconfigOptions {
  /** Name of the cluster, the context and, with the user's name, the user. */
  clusterName: string;
  /** URL of the API server. */
  server: string;
  /** PEM of the authority that signed the server's certificate. */
  authority: string;
  userName: string;
  client: KeyPair;
}

/** Renders a kubeconfig that carries its certificates, so that it works wherever it is copied to. */
export function renderKubeconfig(options: KubeconfigOptions): string {
  const { clusterName, userName } = options;
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: clusterName,
          cluster: { server: options.server, 'certificate-authority-data': base64(options.authority) },
        },
      ],
      users: [
        {
          name: userName,
          user: {
            'client-certificate-data': base64(options.client.certificate),
            'client-key-data': base64(options.client.privateKey),
          },
        },
      ],
      contexts: [{ name: clusterName, context: { cluster: clusterName, user: userName } }],
      'current-context': clusterName,
    },
    { lineWidth: 0 },
  );
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
