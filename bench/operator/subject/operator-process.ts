import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@chatplatform/local/stores/network';
import { startServer } from '@chatplatform/local/processes/server';
import { inspectorFlag, type Inspectable } from '../../measure/inspectable.ts';
import { OPERATOR_NAMESPACE } from '../cluster/account.ts';
import { parseOperatorState, type OperatorState } from './operator-state.ts';

const execute = promisify(execFile);

/** The operator as its chart runs it: one process, with the chart's rights, lease and settings of Node. */
export interface OperatorProcess extends Inspectable {
  /** What its own metrics say. */
  state(): Promise<OperatorState>;
}

/** As the chart sets them; a test compares. */
export const MEMORY_SETTINGS = {
  NODE_OPTIONS: '--max-semi-space-size=2',
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '16384',
  MALLOC_TRIM_THRESHOLD_: '65536',
} as const;
export const WARM_UP = ['src/main.ts', 'warm-up'] as const;

export interface OperatorProcessOptions {
  /** The repository's root. */
  readonly root: string;
  readonly dir: string;
  readonly kubeconfig: string;
}

/** Resolves when it is ready: all its caches are filled. */
export async function startOperator({
  root,
  dir,
  kubeconfig,
}: OperatorProcessOptions): Promise<OperatorProcess> {
  const [metricsPort, inspectorPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${metricsPort}`;
  const cwd = join(root, 'operator');
  const NODE_COMPILE_CACHE = join(dir, 'compile-cache');
  await execute(process.execPath, WARM_UP, { cwd, env: { NODE_COMPILE_CACHE } });
  const process_ = await startServer({
    name: 'operator',
    command: process.execPath,
    args: [inspectorFlag(inspectorPort), 'src/main.ts'],
    cwd,
    env: {
      ...MEMORY_SETTINGS,
      NODE_COMPILE_CACHE,
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: OPERATOR_NAMESPACE,
      POD_NAME: 'operator',
      METRICS_PORT: String(metricsPort),
    },
    logFile: join(dir, 'logs', 'operator.log'),
    readyTimeoutMs: 300_000,
    ready: () =>
      fetch(`${url}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      ),
  });
  return {
    process: process_,
    inspectorPort,
    state: async () => parseOperatorState(await (await fetch(`${url}/metrics`)).text()),
  };
}
