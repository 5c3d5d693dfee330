/** `kubectl chatplatform`: wiring of the process. */
import { text } from 'node:stream/consumers';
import { run } from './run.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

// `kubectl chatplatform logs | head` closes the pipe before all is said: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  signal: stopping.signal,
  now: Date.now,
  readInput: () => text(process.stdin),
});
