import { httpProbe } from '../pods.ts';
import { storeComponent } from '../store-component.ts';
import { storeObjects } from '../store.ts';

const DATA_PATH = '/var/lib/influxdb2';

const ENV = [
  { name: 'INFLUXD_BOLT_PATH', value: `${DATA_PATH}/influxd.bolt` },
  { name: 'INFLUXD_SQLITE_PATH', value: `${DATA_PATH}/influxd.sqlite` },
  { name: 'INFLUXD_ENGINE_PATH', value: `${DATA_PATH}/engine` },
  { name: 'INFLUXD_HTTP_BIND_ADDRESS', value: ':8086' },
  { name: 'INFLUXD_REPORTING_DISABLED', value: 'true' },
];

/** Holds the time series of analytics, which sets it up (organisation, bucket, first user) on first use. */
export const influxdb = storeComponent({
  name: 'influxdb',
  condition: 'InfluxDBReady',
  store: 'influxdb',
  managed: (platform, managed) =>
    storeObjects(platform, {
      component: 'influxdb',
      managed,
      dataPath: DATA_PATH,
      servicePorts: { http: 8086 },
      container: {
        image: platform.images.influxdb,
        command: ['influxd'],
        ports: { http: 8086 },
        env: ENV,
        startup: httpProbe('http', '/health', { periodSeconds: 1, failureThreshold: 120 }),
        readiness: httpProbe('http', '/health'),
        liveness: httpProbe('http', '/health', { periodSeconds: 15, failureThreshold: 4 }),
      },
    }),
});
