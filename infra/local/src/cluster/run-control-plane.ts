/**
 * Runs an API server with its etcd in the foreground until it is interrupted. Prints the path of the kubeconfig.
 *
 *     node infra/local/src/cluster/run-control-plane.ts [--dir DIR] [--port PORT] [--controllers a,b]
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startControlPlane } from './control-plane.ts';

const { values } = parseArgs({
  options: { dir: { type: 'string' }, port: { type: 'string' }, controllers: { type: 'string' } },
});

const running = await startControlPlane({
  ...(values.dir === undefined ? {} : { dir: values.dir }),
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.controllers === undefined ? {} : { controllers: values.controllers.split(',') }),
});
console.log(running.kubeconfig);
try {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), running.failed]);
} finally {
  await running.stop();
}
