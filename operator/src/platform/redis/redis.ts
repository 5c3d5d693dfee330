import type { ManagedStore } from '../../api/index.ts';
import { tcpProbe } from '../pods.ts';
import { mebibytes } from '../quantities.ts';
import { storeComponent } from '../store-component.ts';
import { storeObjects } from '../store.ts';
import { defaultUser } from './logins.ts';

const CONFIG_PATH = '/etc/chatplatform/redis';

function configuration(managed: ManagedStore): string {
  return [
    'bind * -::*',
    'port 6379',
    `include ${CONFIG_PATH}/users.conf`,
    'dir /data',
    'appendonly yes',
    'save ""',
    // Headroom under the limit for the rewrite of the append-only file and for client buffers.
    `maxmemory ${mebibytes(managed.resources.limits.memory, 0.7)}mb`,
    // Presence and limits must not vanish silently: a full Redis refuses writes and says so.
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/** Carries the live fan-out between gateways, and presence. */
export const redis = storeComponent({
  name: 'redis',
  condition: 'RedisReady',
  store: 'redis',
  managed: (platform, managed) =>
    storeObjects(platform, {
      component: 'redis',
      managed,
      dataPath: '/data',
      secretPath: CONFIG_PATH,
      secretFiles: { 'redis.conf': configuration(managed) },
      liveFiles: { 'users.conf': defaultUser(platform) },
      servicePorts: { redis: 6379 },
      container: {
        image: platform.images.redis,
        command: ['redis-server', `${CONFIG_PATH}/redis.conf`],
        ports: { redis: 6379 },
        startup: tcpProbe('redis', { periodSeconds: 1, failureThreshold: 120 }),
        readiness: tcpProbe('redis'),
        liveness: tcpProbe('redis', { periodSeconds: 15, failureThreshold: 4 }),
      },
    }),
});
