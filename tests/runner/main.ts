import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createArtifactContext } from '@chatplatform/local/artifacts/index';
import { createProgress } from '@chatplatform/local/launcher/progress';
import { parseRunnerArguments, RUNNER_USAGE } from './arguments.ts';
import { closingLine, details, totals } from './report.ts';
import type { SuiteContext, SuiteResult } from './suite.ts';
import { stages, suites } from './suites.ts';

/** `./chatplatform test`: all suites, one JSON report, one closing line. */
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const SILENCE_MS = 8000;

async function main(args: readonly string[]): Promise<number> {
  const options = parseRunnerArguments(
    args,
    suites.map(({ name }) => name),
  );
  if (options === 'help') {
    console.log(RUNNER_USAGE(suites.map(({ name }) => name)));
    return 0;
  }
  const artifacts = `${root}/artifacts`;
  await rm(artifacts, { recursive: true, force: true });
  await mkdir(`${artifacts}/logs`, { recursive: true });
  const startedAt = Date.now();
  let lastLineAt = startedAt;
  const log = (line: string) => {
    lastLineAt = Date.now();
    console.log(`[${clock(lastLineAt - startedAt)}] ${line}`);
  };
  const running = new Set<string>();
  const ticker = setInterval(() => {
    if (Date.now() - lastLineAt >= SILENCE_MS) log(`… ${[...running].join(', ')} (logs: artifacts/logs)`);
  }, 1000);

  const env = { ...definedEnvironment(), PATH: `${root}/node_modules/.bin:${process.env['PATH'] ?? ''}` };
  const progress = createProgress(
    { isTTY: false, columns: 120, write: (text) => log(text.trimEnd()) },
    Date.now,
  );
  const programs = createArtifactContext({ progress, repository: root });
  const context: SuiteContext = { root, artifacts, programs, env, log };
  const asked = suites.filter(({ name }) => options.suites.includes(name));
  const byName = new Map<string, SuiteResult>();
  for (const stage of stages) {
    // One iterator for all lanes: each takes the next.
    const waiting = stage.suites.filter((each) => asked.includes(each)).values();
    const runLane = async () => {
      for (const suite of waiting) {
        running.add(suite.name);
        log(`${suite.name} ...`);
        const result = await suite.run(context);
        running.delete(suite.name);
        byName.set(suite.name, result);
        log(`${suite.name}: ${closingLine(totals([result]))}`);
      }
    };
    await Promise.all(Array.from({ length: stage.lanes }, runLane));
  }
  clearInterval(ticker);

  const results = asked.flatMap(({ name }) => byName.get(name) ?? []);
  const sum = totals(results);
  await writeFile(`${artifacts}/report.json`, JSON.stringify({ ...sum, suites: results }, null, 2));
  console.log(`\n${details(results)}\n`);
  console.log(closingLine(sum));
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
