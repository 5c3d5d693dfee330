import { PlatformBench } from '../../operator/test/platform-bench.ts';
import type { Finished } from './cli-process.ts';
import { cli } from './cli-process.ts';

/** A bench for a test file, and the plugin that speaks to its API server. */
export function useCliBench(): { bench: PlatformBench; run: (...args: string[]) => Promise<Finished> } {
  const bench = PlatformBench.use();
  return { bench, run: (...args) => cli(args, { env: { KUBECONFIG: bench.server.kubeconfig } }) };
}
