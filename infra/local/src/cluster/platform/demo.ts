import type { KubeObject } from '../kubectl.ts';

/** The platform that `up` makes, and where. */
export const demo = {
  name: 'demo',
  namespace: 'chatplatform',
  adminSecret: 'demo-admin',
} as const;

/** The operator's release and where it is installed. */
export const operator = {
  release: 'chatplatform-operator',
  namespace: 'chatplatform-system',
  chart: 'charts/chatplatform-operator',
  crd: 'chatplatforms.chatplatform.dev',
} as const;

/** The namespace lets in only Pods that keep to the restricted security standard. */
export const demoNamespace: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: demo.namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};

/** @param spec what differs from the defaults of a development platform on this kind of cluster */
export function demoPlatform(spec: Readonly<Record<string, unknown>>): KubeObject {
  return {
    apiVersion: 'chatplatform.dev/v1alpha1',
    kind: 'ChatPlatform',
    metadata: { name: demo.name, namespace: demo.namespace },
    spec: { profile: 'Development', ...spec },
  };
}
