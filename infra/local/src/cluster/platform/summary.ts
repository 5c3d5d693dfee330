import { demo } from './demo.ts';
import type { PlatformAccess } from './install.ts';

/** What a person needs to know once the platform runs. */
export function renderSummary({ url, username, password }: PlatformAccess): string {
  const forward = (component: string, port: number) =>
    `kubectl -n ${demo.namespace} port-forward svc/${demo.name}-${component} ${port}`;
  return `
ChatPlatform is up.

  address      ${url}
  first user   ${username} / ${password}

  kubectl      eval "$(./chatplatform env)"; kubectl -n ${demo.namespace} get chatplatform,pods
  traces       ${forward('jaeger', 16686)}    then http://localhost:16686
  metrics      ${forward('prometheus', 9090)}  then http://localhost:9090
  mail         ${forward('mail', 1080)}        then http://localhost:1080
  what runs    ./chatplatform status
  take away    ./chatplatform down
`;
}
