import type { ArtifactContext } from '@chatplatform/local/artifacts/context';

/** One suite's outcome. A skip always says why. */
export interface SuiteResult {
  suite: string;
  passed: number;
  failed: number;
  skipped: { name: string; reason: string }[];
  failures: { name: string; message: string }[];
  durationMs: number;
}

export interface Suite {
  name: string;
  run(context: SuiteContext): Promise<SuiteResult>;
}

export interface SuiteContext {
  root: string;
  /** Reports, logs, screenshots: kept after the run. */
  artifacts: string;
  /** Where programs come from; one for the run, so that suites side by side make nothing twice. */
  programs: ArtifactContext;
  /** Environment of every child process; suites that start servers add their addresses. */
  env: Record<string, string>;
  log(line: string): void;
}

/** A check that is one test: it passes, or fails with what it printed. */
export function singleResult(suite: string, startedAt: number, failure?: string): SuiteResult {
  return {
    suite,
    passed: failure === undefined ? 1 : 0,
    failed: failure === undefined ? 0 : 1,
    skipped: [],
    failures: failure === undefined ? [] : [{ name: suite, message: failure }],
    durationMs: Date.now() - startedAt,
  };
}
