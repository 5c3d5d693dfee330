import { edgeRoutes } from '@chatplatform/contracts/edge/routes';
import type { EdgeRoute } from '@chatplatform/contracts/edge/routes';
import { objectName } from '../labels.ts';
import { isDevelopment } from '../model.ts';
import type { Platform } from '../model.ts';
import { HTTP_PORT } from '../services/definitions.ts';

export const EDGE_PORTS = { http: 8080, https: 8443 } as const;
export const TLS_PATH = '/etc/chatplatform/tls';

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Content-Security-Policy':
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
};

const indent = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by));

/**
 * The address of a service in a variable: only then does nginx ask the resolver again, and follow a Service that was
 * deleted and made anew. The name is absolute because nginx knows no search domains.
 */
function upstream(platform: Platform, service: string): string {
  const { dnsDomain } = platform.cluster;
  return `http://${objectName(platform, service)}.${platform.namespace}.svc.${dnsDomain}:${HTTP_PORT}`;
}

/** A location that sets one header inherits none: so those of the server are said again. */
const webSocket = (platform: Platform) => `
${forwarding(platform)}
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
proxy_buffering off;
# Socket.IO pings every 25 s; this only bounds connections that are dead.
proxy_read_timeout 120s;
proxy_send_timeout 120s;`;

const UPLOAD = `
# Straight through: a buffered upload would fill the Pod's scratch space.
proxy_request_buffering off;`;

/** Room for what wraps a file in a multipart request. */
const MULTIPART_BYTES = 2 * 1024 * 1024;

/** A route that takes uploads takes what the platform's own limit allows. */
const bodyLimit = ({ spec }: Platform, { maxBodyBytes }: EdgeRoute) =>
  maxBodyBytes === undefined ? undefined : spec.limits.uploadBytes + MULTIPART_BYTES;

function routeLocation(platform: Platform, route: EdgeRoute): string {
  const { prefix, service } = route;
  const maxBodyBytes = bodyLimit(platform, route);
  const body = [
    `set $upstream ${upstream(platform, service)};`,
    'proxy_pass $upstream;',
    ...(route.webSocket ? [webSocket(platform).trim()] : []),
    ...(maxBodyBytes === undefined ? [] : [`client_max_body_size ${maxBodyBytes};`, UPLOAD.trim()]),
  ].join('\n');
  return `location ^~ ${prefix} {\n${indent(body, 2)}\n}`;
}

/** Answered with 404 at the edge: calls between services, and paths of the API that no service has. */
const CLOSED = ['/internal', '/api/']
  .map(
    (path) => `location ^~ ${path} {
  default_type application/problem+json;
  return 404 '{"type":"about:blank","title":"Not Found","status":404,"code":"not-found"}';
}`,
  )
  .join('\n');

/** A location that adds one header inherits none, so each has its own full set. */
function client(tls: boolean): string {
  const transport = tls ? { 'Strict-Transport-Security': 'max-age=31536000' } : {};
  const headers = Object.entries({ ...SECURITY_HEADERS, ...transport })
    .map(([name, value]) => `add_header ${name} "${value}" always;`)
    .join('\n');
  return `
location = /healthz {
  access_log off;
  default_type text/plain;
  return 200 "ok\\n";
}
location = /index.html {
${indent(headers, 2)}
  # Names the files of the current build: never from a cache without asking.
  add_header Cache-Control "no-cache" always;
}
location ~* "[.-][0-9A-Za-z_-]{8,}[.](?:js|css|woff2?|svg|png|webp)$" {
  # Their names carry a hash of their content.
  add_header Cache-Control "public, max-age=31536000, immutable";
  add_header X-Content-Type-Options "nosniff" always;
  try_files $uri =404;
}
location / {
${indent(headers, 2)}
  try_files $uri /index.html;
}`.trim();
}

/**
 * Who is believed about the caller's address: directly reached, the edge is the first to know it and overwrites what
 * the caller says; behind an Ingress or a Gateway it is the proxy before it that knows.
 */
function forwarding(platform: Platform): string {
  const behindProxy = ['Ingress', 'Gateway'].includes(platform.spec.exposure.type);
  return `
proxy_set_header Host $http_host;
proxy_set_header X-Real-IP ${behindProxy ? '$http_x_real_ip' : '$remote_addr'};
proxy_set_header X-Forwarded-For ${behindProxy ? '$proxy_add_x_forwarded_for' : '$remote_addr'};
proxy_set_header X-Forwarded-Proto ${behindProxy ? '$http_x_forwarded_proto' : '$scheme'};
proxy_set_header X-Forwarded-Host $http_host;`.trim();
}

function listeners(tls: boolean): string {
  if (!tls) return `listen ${EDGE_PORTS.http};`;
  return `
listen ${EDGE_PORTS.https} ssl;
ssl_certificate ${TLS_PATH}/tls.crt;
ssl_certificate_key ${TLS_PATH}/tls.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_session_cache shared:tls:2m;
ssl_session_tickets off;`.trim();
}

/** Over TLS, plain HTTP is for the probe and for sending people on. */
const REDIRECT = `
server {
  listen ${EDGE_PORTS.http};
  location = /healthz {
    access_log off;
    default_type text/plain;
    return 200 "ok\\n";
  }
  location / {
    return 308 https://$host$request_uri;
  }
}`.trim();

/** nginx.conf of the edge. */
export function nginxConfig(platform: Platform, tls: boolean): string {
  const server = [
    listeners(tls),
    'root /usr/share/nginx/html;',
    'client_max_body_size 1m;',
    'proxy_http_version 1.1;',
    forwarding(platform),
    'proxy_set_header Connection "";',
    // Locations match the path as nginx reads it; services get it as it was sent, which may read otherwise.
    'if ($request_uri ~* "^/+internal") { return 404; }',
    ...edgeRoutes.map((route) => routeLocation(platform, route)),
    CLOSED,
    client(tls),
  ].join('\n');
  return `worker_processes ${isDevelopment(platform) ? 1 : 2};
pid /tmp/nginx.pid;
# Connections that live for long, when it is to end: their clients find another edge, in good time before the Pod is killed.
worker_shutdown_timeout 15s;
error_log stderr warn;

events {
  worker_connections 8192;
}

http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 65s;
  gzip on;
  gzip_types text/css application/javascript application/json image/svg+xml;
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

  log_format json escape=json '{"time":"$time_iso8601","service":"edge","method":"$request_method","path":"$uri","status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"remote":"$remote_addr","traceparent":"$http_traceparent"}';
  access_log /dev/stdout json;

  resolver ${platform.cluster.dnsServer} valid=5s ipv6=off;
  resolver_timeout 3s;
  proxy_connect_timeout 3s;

  map $http_upgrade $connection_upgrade {
    default upgrade;
    "" "";
  }
${tls ? `\n${indent(REDIRECT, 2)}\n` : ''}
  server {
${indent(server, 4)}
  }
}
`;
}
