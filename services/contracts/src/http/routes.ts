import { analyticsRoutes } from './routes/analytics.ts';
import { authRoutes } from './routes/auth.ts';
import { chatRoutes } from './routes/chat.ts';
import { liveRoutes } from './routes/live.ts';
import { mediaRoutes } from './routes/media.ts';
import { notificationRoutes } from './routes/notification.ts';
import type { Route } from './routes/route.ts';
import { userRoutes } from './routes/user.ts';

export { problemsOf } from './routes/route.ts';
export type { HttpMethod, Route, RouteAccess, RouteResponse } from './routes/route.ts';

/** Every operation of the public HTTP API: the OpenAPI document and the API reference are made from this. */
export const httpRoutes: readonly Route[] = [
  ...authRoutes,
  ...userRoutes,
  ...chatRoutes,
  ...liveRoutes,
  ...mediaRoutes,
  ...notificationRoutes,
  ...analyticsRoutes,
];
