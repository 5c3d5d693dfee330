import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface CommandOptions {
  cwd: string;
  env: Record<string, string>;
  logFile: string;
  /** Lines of standard output and error as they come. */
  onLine?: (line: string) => void;
  timeoutMs?: number;
}

export interface CommandResult {
  code: number;
  /** The last 200 lines of both streams. */
  tail: string;
}

/** Runs a command to its end; everything it prints goes to the log file. */
export function runCommand(command: string, args: string[], options: CommandOptions): Promise<CommandResult> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile);
  const tail: string[] = [];
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      log.write(chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        tail.push(line);
        if (tail.length > 200) tail.shift();
        options.onLine?.(line);
      }
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      log.end();
      if (signal !== null) tail.push(`ended by ${signal}`);
      resolve({ code: code ?? 1, tail: tail.join('\n') });
    });
  });
}
