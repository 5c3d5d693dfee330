import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { runCommand } from './command.ts';
import type { TestServers } from './servers.ts';
import { singleResult, type Suite, type SuiteContext, type SuiteResult } from './suite.ts';

export type Prepare = (context: SuiteContext) => Promise<TestServers>;

export interface JestSuiteOptions {
  name: string;
  config: string;
  args?: string[];
  /** Servers to start before; what it returns is added to the environment and ended after. */
  prepare?: Prepare;
}

const jestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** Jest with its JSON report; a file that could not even be loaded counts as one failed test. */
export function jestSuite(options: JestSuiteOptions): Suite {
  return {
    name: options.name,
    async run(context) {
      const startedAt = Date.now();
      const prepared = await options.prepare?.(context).catch((error: unknown) => ({ error }));
      if (prepared !== undefined && 'error' in prepared)
        return singleResult(options.name, startedAt, `preparing the suite failed: ${String(prepared.error)}`);
      try {
        return await runJest(options, { ...context, env: { ...context.env, ...prepared?.env } }, startedAt);
      } finally {
        await prepared?.stop();
      }
    },
  };
}

async function runJest(
  options: JestSuiteOptions,
  context: SuiteContext,
  startedAt: number,
): Promise<SuiteResult> {
  const reportFile = `${context.artifacts}/${options.name}.json`;
  const { code, tail } = await runCommand(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      `${context.root}/node_modules/jest/bin/jest.js`,
      '--config',
      options.config,
      '--json',
      `--outputFile=${reportFile}`,
      '--testLocationInResults=false',
      ...(options.args ?? []),
    ],
    {
      cwd: context.root,
      env: context.env,
      logFile: `${context.artifacts}/logs/${options.name}.log`,
      onLine: (line) => {
        if (/^(PASS|FAIL) /.test(line)) context.log(line);
      },
    },
  );
  const parsed = jestReport.safeParse(await readReport(reportFile));
  if (!parsed.success)
    return singleResult(options.name, startedAt, `jest ended with ${code} and no report:\n${tail}`);
  const result = summarise(options.name, parsed.data, Date.now() - startedAt);
  if (code !== 0 && result.failed === 0)
    return singleResult(options.name, startedAt, `jest ended with ${code}:\n${tail}`);
  return result;
}

async function readReport(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

type JestReport = z.infer<typeof jestReport>;

export function summarise(suite: string, report: JestReport, durationMs: number): SuiteResult {
  const tests = report.testResults.flatMap((file) => file.assertionResults.map((test) => ({ file, test })));
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    suite,
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable.length,
    skipped: tests
      .filter(({ test }) => test.status === 'pending' || test.status === 'todo')
      .map(({ test }) => ({ name: test.fullName, reason: skipReason(test.fullName) })),
    failures: [
      ...tests
        .filter(({ test }) => test.status === 'failed')
        .map(({ file, test }) => ({
          name: `${file.name}: ${test.fullName}`,
          message: (test.failureMessages ?? []).join('\n'),
        })),
      ...unloadable.map((file) => ({ name: file.name, message: file.message })),
    ],
    durationMs,
  };
}

/** By convention a test that may be skipped says in its title what it needs: `... (needs MSSQL_URL)`. */
export function skipReason(title: string): string {
  return /\((needs [^)]*)\)/.exec(title)?.[1] ?? 'no reason given';
}
