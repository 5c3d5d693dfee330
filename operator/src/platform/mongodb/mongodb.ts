import type { Platform } from '../model.ts';
import { tcpProbe } from '../pods.ts';
import { usedLogin } from '../secrets/logins.ts';
import { storeComponent } from '../store-component.ts';
import { storeObjects } from '../store.ts';

const CONFIG_PATH = '/etc/chatplatform/mongodb';

function firstUser({ credentials }: Platform) {
  const { user: username, password } = usedLogin(credentials, 'mongodbPassword');
  return { username, password };
}

/** Holds profiles, channels, messages and media records. */
export const mongodb = storeComponent({
  name: 'mongodb',
  condition: 'MongoDBReady',
  store: 'mongodb',
  managed: (platform, managed) =>
    storeObjects(platform, {
      component: 'mongodb',
      managed,
      dataPath: '/data/db',
      secretPath: CONFIG_PATH,
      // The first user is made when the volume is empty: from then on the volume knows them.
      liveFiles: firstUser(platform),
      servicePorts: { mongodb: 27017 },
      container: {
        image: platform.images.mongodb,
        ports: { mongodb: 27017 },
        env: [
          { name: 'MONGO_INITDB_ROOT_USERNAME_FILE', value: `${CONFIG_PATH}/username` },
          { name: 'MONGO_INITDB_ROOT_PASSWORD_FILE', value: `${CONFIG_PATH}/password` },
        ],
        mounts: [{ name: 'configdb', mountPath: '/data/configdb' }],
        startup: tcpProbe('mongodb', { periodSeconds: 1, failureThreshold: 180 }),
        readiness: tcpProbe('mongodb'),
        liveness: tcpProbe('mongodb', { periodSeconds: 15, failureThreshold: 4 }),
      },
      pod: { volumes: [{ name: 'configdb', emptyDir: {} }], graceSeconds: 60 },
    }),
});
