import { edgeRoutes } from '@chatplatform/contracts/edge/routes';
import { type Addresses, urlOf } from './service-settings.ts';

export interface ProxyRule {
  target: string;
  ws: boolean;
  changeOrigin: boolean;
}

/** The edge's routes as the Angular development server takes them. */
export function proxyRules(addresses: Addresses): Record<string, ProxyRule> {
  return Object.fromEntries(
    edgeRoutes.map((route) => [
      route.prefix,
      { target: urlOf(addresses, route.service), ws: route.webSocket ?? false, changeOrigin: false },
    ]),
  );
}
