import { stringify } from 'yaml';
import type { KubeObject } from '../../cluster/kubectl.ts';
import { accountWithClusterRole, restrictedContainer, restrictedPod } from './objects.ts';

export interface LocalStorageOptions {
  provisionerImage: string;
  /** A shell with mkdir and rm. */
  helperImage: string;
  /** Folder of the machine that holds the volumes. */
  directory: string;
}

/** A namespace of its own, with no Pod security enforced: the helper Pods mount a folder of the machine. */
export const STORAGE_NAMESPACE = 'local-path-storage';
const name = 'local-path-provisioner';
const labels = { app: name };
const account = { name, namespace: STORAGE_NAMESPACE };

/** Dynamic volumes in a folder of the machine, and the storage class that is taken by default. */
export function localStorageObjects(options: LocalStorageOptions): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: STORAGE_NAMESPACE } },
    ...accountWithClusterRole(account, [
      {
        apiGroups: [''],
        resources: ['nodes', 'persistentvolumeclaims', 'configmaps', 'pods', 'pods/log'],
        verbs: ['get', 'list', 'watch'],
      },
      {
        apiGroups: [''],
        resources: ['persistentvolumes'],
        verbs: ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'],
      },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
      { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get', 'list', 'watch'] },
    ]),
    ...helperRights(),
    configuration(options),
    deployment(options),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: 'local-path',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    },
  ];
}

function helperRights(): KubeObject[] {
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { ...account },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'create', 'delete'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { ...account },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
  ];
}

function configuration({ directory, helperImage }: LocalStorageOptions): KubeObject {
  const paths = { nodePathMap: [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [directory] }] };
  const helperPod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'helper-pod' },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [{ name: 'helper-pod', image: helperImage, imagePullPolicy: 'IfNotPresent' }],
    },
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-path-config', namespace: STORAGE_NAMESPACE },
    data: {
      'config.json': JSON.stringify(paths),
      // Open to all: fsGroup does not apply to folders of the machine, and the folder above is closed to others.
      setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
      teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
      'helperPod.yaml': stringify(helperPod),
    },
  };
}

function deployment({ provisionerImage, helperImage }: LocalStorageOptions): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...account, labels },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          securityContext: restrictedPod,
          containers: [
            {
              name,
              image: provisionerImage,
              imagePullPolicy: 'IfNotPresent',
              // The published image has no entrypoint.
              command: [name],
              args: [
                'start',
                '--config=/etc/config/config.json',
                // Without it the helper Pods would run as an account that does not exist.
                `--service-account-name=${name}`,
                `--helper-image=${helperImage}`,
              ],
              env: [
                { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
                { name: 'CONFIG_MOUNT_PATH', value: '/etc/config/' },
              ],
              securityContext: restrictedContainer,
              resources: { requests: { cpu: '10m', memory: '24Mi' }, limits: { memory: '128Mi' } },
              volumeMounts: [{ name: 'config', mountPath: '/etc/config', readOnly: true }],
            },
          ],
          volumes: [{ name: 'config', configMap: { name: 'local-path-config' } }],
        },
      },
    },
  };
}
