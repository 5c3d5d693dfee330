import { CliError } from './cli-error.ts';
import type { Arguments } from './command-line/parse.ts';
import { connect } from './cluster/cluster.ts';
import type { Cluster } from './cluster/cluster.ts';
import { explain } from './cluster/explain.ts';
import { styleFor } from './output/style.ts';
import type { Style } from './output/style.ts';

export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command has of the world: where to write, whom to ask, when to stop. */
export interface Session {
  readonly out: Terminal;
  /** Progress, warnings and messages: never mixed with what a program reads. */
  readonly err: Terminal;
  readonly style: Style;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Runs `work` on the cluster the arguments choose; what goes wrong is put into words. */
  withCluster<T>(args: Arguments, work: (cluster: Cluster) => Promise<T>): Promise<T>;
}

export interface World {
  readonly out: Terminal;
  readonly err: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  now(): number;
  readInput(): Promise<string>;
}

export function createSession(world: World): Session {
  return {
    ...world,
    style: styleFor(world.out.isTTY === true, world.env),
    withCluster: async (args, work) => {
      const cluster = await connect({
        kubeconfig: args.text('kubeconfig'),
        context: args.text('context'),
        namespace: args.text('namespace'),
        env: world.env,
      });
      try {
        return await work(cluster);
      } catch (error) {
        throw error instanceof CliError ? error : explain(error, cluster.server);
      } finally {
        cluster.close();
      }
    },
  };
}

/** What goes on until Ctrl-C has done all that was asked of it when that comes: no failure. */
export async function untilInterrupted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
