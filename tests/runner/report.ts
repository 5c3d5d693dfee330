import type { SuiteResult } from './suite.ts';

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

export function totals(results: readonly SuiteResult[]): Totals {
  return {
    passed: sum(results, (result) => result.passed),
    failed: sum(results, (result) => result.failed),
    skipped: sum(results, (result) => result.skipped.length),
  };
}

/** Failures and skips in full, then a line a suite. */
export function details(results: readonly SuiteResult[]): string {
  const failures = results.flatMap((result) =>
    result.failures.map((failure) => `FAILED ${failure.name}\n${indent(failure.message)}`),
  );
  const skips = results.flatMap((result) =>
    result.skipped.map((skip) => `skipped ${skip.name}: ${skip.reason}`),
  );
  const table = results.map(
    (result) =>
      `${result.suite.padEnd(14)} ${result.passed} passed, ${result.failed} failed, ${result.skipped.length} skipped in ${(result.durationMs / 1000).toFixed(1)} s`,
  );
  return [...failures, ...skips, ...table].join('\n');
}

/** The last line of every run. */
export function closingLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function sum(results: readonly SuiteResult[], of: (result: SuiteResult) => number): number {
  return results.reduce((total, result) => total + of(result), 0);
}

function indent(text: string): string {
  return text
    .split('\n')
    .slice(0, 60)
    .map((line) => `    ${line}`)
    .join('\n');
}
