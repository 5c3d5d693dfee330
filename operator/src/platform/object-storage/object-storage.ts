import { AZURITE_ACCOUNT } from '../connections.ts';
import { objectName } from '../labels.ts';
import { tcpProbe } from '../pods.ts';
import { storeComponent } from '../store-component.ts';
import { storeObjects } from '../store.ts';

const COMPONENT = 'object-storage';

const COMMAND = [
  'azurite-blob',
  '--blobHost',
  '0.0.0.0',
  '--blobPort',
  '10000',
  '--location',
  '/data',
  '--skipApiVersionCheck',
  '--disableTelemetry',
  '--disableProductStyleUrl',
];

/** Holds the media: Azurite in profile Development, somebody else's Azure Blob Storage or S3 elsewhere. */
export const objectStorage = storeComponent({
  name: COMPONENT,
  condition: 'ObjectStorageReady',
  store: 'objectStorage',
  managed: (platform, managed) =>
    storeObjects(platform, {
      component: COMPONENT,
      managed,
      dataPath: '/data',
      secretFiles: { accounts: `${AZURITE_ACCOUNT}:${platform.credentials.azuriteKey}` },
      servicePorts: { blob: 10000 },
      container: {
        image: platform.images.azurite,
        command: COMMAND,
        ports: { blob: 10000 },
        // Azurite reads its accounts from the environment only.
        env: [
          {
            name: 'AZURITE_ACCOUNTS',
            valueFrom: { secretKeyRef: { name: objectName(platform, COMPONENT), key: 'accounts' } },
          },
        ],
        startup: tcpProbe('blob', { periodSeconds: 1, failureThreshold: 120 }),
        readiness: tcpProbe('blob'),
        liveness: tcpProbe('blob', { periodSeconds: 15, failureThreshold: 4 }),
      },
    }),
});
