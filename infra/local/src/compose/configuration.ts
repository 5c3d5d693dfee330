import { edgeRoutes } from '@chatplatform/contracts/edge/routes';
import {
  type Addresses,
  type DevSecrets,
  SERVICE_NAMES,
  type ServiceName,
  serviceSettings,
} from '../dev/service-settings.ts';

/** Passwords of the stores; made once, read by the stores and by those who connect to them. */
export interface StorePasswords {
  rabbitmq: string;
  redis: string;
  postgresql: string;
  mongodb: string;
  sqlserver: string;
  objectStorage: string;
}

const HTTP_PORT = 8080;
const MANAGEMENT_PORT = 9090;

function everyService(port: number): Record<ServiceName, number> {
  return Object.fromEntries(SERVICE_NAMES.map((service) => [service, port])) as Record<ServiceName, number>;
}

export function composeAddresses(passwords: StorePasswords, publicUrl: string): Addresses {
  const account = 'chatplatform';
  return {
    publicUrl,
    host: (service) => service,
    http: everyService(HTTP_PORT),
    management: everyService(MANAGEMENT_PORT),
    tracingEndpoint: 'http://jaeger:4318',
    sqlEngine: 'SQLServer',
    stores: {
      AMQP_URL: `amqp://${account}:${passwords.rabbitmq}@rabbitmq:5672`,
      REDIS_URL: `redis://:${passwords.redis}@redis:6379`,
      SQL_URL: `mssql://sa:${encodeURIComponent(passwords.sqlserver)}@sqlserver:1433/auth?encrypt=true&trustServerCertificate=true`,
      POSTGRES_URL: `postgres://analytics:${passwords.postgresql}@postgresql:5432/analytics`,
      MONGODB_URL: `mongodb://root:${passwords.mongodb}@mongodb:27017/?authSource=admin`,
      INFLUX_URL: 'http://influxdb:8086',
      SMTP_URL: 'smtp://mail:1025',
      AZURE_BLOB_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${passwords.objectStorage};BlobEndpoint=http://object-storage:10000/${account};`,
    },
  };
}

/** Path below the configuration volume -> content: a file a key for the services, native files for the stores. */
export function composeFiles(
  secrets: DevSecrets,
  passwords: StorePasswords,
  publicUrl: string,
): Record<string, string> {
  const addresses = composeAddresses(passwords, publicUrl);
  const files: Record<string, string> = {
    'rabbitmq/20-users.conf': `default_user = chatplatform\ndefault_pass = ${passwords.rabbitmq}\n`,
    'redis/redis.conf': `requirepass ${passwords.redis}\nappendonly yes\n`,
    'postgresql/password': passwords.postgresql,
    'mongodb/password': passwords.mongodb,
    'sqlserver/password': passwords.sqlserver,
    'object-storage/accounts': `chatplatform:${passwords.objectStorage}`,
    'edge/nginx.conf': composeEdge(),
  };
  for (const service of SERVICE_NAMES)
    for (const [key, value] of Object.entries(serviceSettings(service, addresses, secrets)))
      files[`${service}/${key}`] = value;
  return files;
}

/** nginx for compose: the routes of the edge with Docker's resolver, which follows containers that are made anew. */
export function composeEdge(): string {
  const locations = edgeRoutes.map((route) =>
    [
      `    location ^~ ${route.prefix} {`,
      `      client_max_body_size ${route.maxBodyBytes ?? 1024 * 1024};`,
      `      set $upstream http://${route.service}:${HTTP_PORT};`,
      '      proxy_pass $upstream;',
      ...(route.webSocket === true
        ? ['      proxy_set_header Upgrade $http_upgrade;', '      proxy_set_header Connection upgrade;']
        : []),
      '    }',
    ].join('\n'),
  );
  return `pid /tmp/nginx.pid;
error_log stderr warn;
events {}
http {
  include /etc/nginx/mime.types;
  access_log off;
  client_body_temp_path /tmp/client;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  resolver 127.0.0.11 valid=5s;
  server {
    listen 8080;
    root /usr/share/nginx/html;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
${locations.join('\n')}
    location /api/ {
      return 404;
    }
    location /internal {
      return 404;
    }
    location / {
      try_files $uri /index.html;
    }
  }
}
`;
}
