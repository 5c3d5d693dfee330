import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export type Child = {
  readonly lines: string[];
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  kill(signal: NodeJS.Signals): void;
};

/** A process of its own running a fixture, as a service runs; `lines` fills with what it prints. */
export const startFixture = (
  name: string,
  { env = {}, traced = false }: { env?: Record<string, string>; traced?: boolean } = {},
): Child => {
  const preload = traced ? ['--import', join(here, '../telemetry-register.ts')] : [];
  const child = spawn(process.execPath, [...preload, join(here, 'fixtures', name)], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return {
    lines,
    exited: once(child, 'exit').then(([code, signal]) => ({ code, signal })),
    kill: (signal) => void child.kill(signal),
  };
};
