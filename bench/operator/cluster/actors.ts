import { join } from 'node:path';
import { controllerManagerArguments } from '@chatplatform/local/cluster/components/kube-controller-manager';
import { type RunningServer, startServer } from '@chatplatform/local/processes/server';
import { freePort } from '@chatplatform/local/stores/network';
import { startKwok } from './kwok.ts';

/** The controllers that turn what the operator applies into Pods, and take away what is deleted. */
const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'job-controller',
  'garbage-collector-controller',
  'namespace-controller',
];

/** Their defaults (20 requests a second, 5 workers) would be what is measured. */
const UNBOUND = [
  '--kube-api-qps=5000',
  '--kube-api-burst=10000',
  '--concurrent-deployment-syncs=10',
  '--concurrent-replicaset-syncs=10',
  '--concurrent-statefulset-syncs=10',
  '--concurrent-job-syncs=10',
];

export interface ActorsOptions {
  /** Folder that holds kube-controller-manager. */
  readonly programs: string;
  readonly kwok: string;
  readonly kubeconfig: string;
  /** Of the control plane: its certificates and kubeconfigs. */
  readonly planeDir: string;
  /** For their own files. */
  readonly dir: string;
}

/** Those that act upon what others write: Kubernetes' controllers, and KWOK in the part of a node. */
export class Actors {
  readonly #options: ActorsOptions;
  #running: readonly RunningServer[] = [];

  constructor(options: ActorsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { kwok: program, kubeconfig, dir } = this.#options;
    this.#running = [
      await this.#startControllers(),
      await startKwok({ program, kubeconfig, dir, port: await freePort() }),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((actor) => actor.stop()));
    this.#running = [];
  }

  /**
   * None of them runs while `work` lasts. Stopped and started, not merely held: they then begin with what is there, of
   * all kinds at once, where they would else be told bit by bit of what was, and act upon it.
   */
  async without<T>(work: () => Promise<T>): Promise<T> {
    await this.stop();
    try {
      return await work();
    } finally {
      await this.start();
    }
  }

  /** By name. */
  get pids(): ReadonlyMap<string, number> {
    return new Map(this.#running.map(({ name, pid }) => [name, pid]));
  }

  async #startControllers(): Promise<RunningServer> {
    const { programs, planeDir, dir } = this.#options;
    const name = 'kube-controller-manager';
    return startServer({
      name,
      command: join(programs, name),
      args: [
        ...controllerManagerArguments({
          pkiDirectory: join(planeDir, 'pki'),
          kubeconfig: join(planeDir, `${name}.kubeconfig`),
          port: await freePort(),
          controllers: CONTROLLERS,
          volumePluginDirectory: join(dir, 'volume-plugins'),
        }),
        ...UNBOUND,
      ],
      env: { GOGC: '400' },
      logFile: join(dir, 'logs', `${name}.log`),
      // What it does shows by itself; nobody asks it anything.
      ready: () => Promise.resolve(true),
    });
  }
}
