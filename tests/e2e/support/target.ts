import { kubectl } from './kubectl.ts';

/** The platform under test. */
export const target = {
  url: required('CHATPLATFORM_URL'),
  namespace: process.env['CHATPLATFORM_NAMESPACE'] ?? 'chatplatform',
  name: process.env['CHATPLATFORM_NAME'] ?? 'demo',
  artifacts: process.env['CHATPLATFORM_ARTIFACTS'] ?? 'artifacts',
};

function required(key: string): string {
  const value = process.env[key];
  if (value === undefined || value === '')
    throw new Error(`${key} is not set: eval "$(./chatplatform env)" first, or run ./chatplatform test`);
  return value;
}

/**
 * An answer of a component that people do not reach through the edge (mail sink, Jaeger), through the API server's proxy as
 * an operator would look at it; `<COMPONENT>_API_URL` names it directly where there is no cluster.
 */
export async function askComponent(component: string, port: string, path: string): Promise<unknown> {
  const direct = process.env[`${component.toUpperCase()}_API_URL`];
  if (direct !== undefined) return (await fetch(`${direct}${path}`)).json();
  const service = `${target.name}-${component}:${port}`;
  return JSON.parse(
    await kubectl('get', '--raw', `/api/v1/namespaces/${target.namespace}/services/${service}/proxy${path}`),
  );
}
