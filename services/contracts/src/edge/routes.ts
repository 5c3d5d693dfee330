/** What the edge routes by path prefix, with no rewriting. Everything else is the client's. `/internal` is never routed. */
export interface EdgeRoute {
  prefix: string;
  service: 'auth' | 'user' | 'chat' | 'notification' | 'media' | 'gateway' | 'analytics';
  /** Connections are upgraded and long-lived. */
  webSocket?: true;
  /** Uploads: the edge lets bodies of this many bytes through. @default 1 MiB */
  maxBodyBytes?: number;
}

export const edgeRoutes: readonly EdgeRoute[] = [
  { prefix: '/api/v1/auth', service: 'auth' },
  { prefix: '/.well-known/jwks.json', service: 'auth' },
  { prefix: '/api/v1/users', service: 'user' },
  { prefix: '/api/v1/friends', service: 'user' },
  { prefix: '/api/v1/channels', service: 'chat' },
  { prefix: '/api/v1/live', service: 'gateway' },
  { prefix: '/api/v1/media', service: 'media', maxBodyBytes: 12 * 1024 * 1024 },
  { prefix: '/media/', service: 'media' },
  { prefix: '/api/v1/notifications', service: 'notification' },
  { prefix: '/api/v1/analytics', service: 'analytics' },
  { prefix: '/socket.io/', service: 'gateway', webSocket: true },
];
