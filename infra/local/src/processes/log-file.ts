import { open, readFile, stat } from 'node:fs/promises';

/** The last lines of a log that say something. @param from bytes that are passed over */
export async function lastLines(file: string, count: number, from = 0): Promise<string> {
  const text = await readFile(file).then(
    (content) => content.subarray(from).toString('utf8'),
    () => '(no log was written)',
  );
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}

export interface LogFollower {
  /** Hands on what has been written up to now, and ends. */
  stop(): Promise<void>;
}

const POLL_MS = 300;

/**
 * Hands on the lines that are added to a log from now on, whether it is there yet or not; a line that is rewritten in place
 * (with a carriage return) counts each time. Never keeps the process alive.
 */
export async function followLog(file: string, onLine: (line: string) => void): Promise<LogFollower> {
  let position = await sizeOf(file);
  let rest = '';
  let reading: Promise<void> | undefined;
  const read = async () => {
    const size = await sizeOf(file);
    if (size <= position) return;
    const text = await readRange(file, position, size);
    position = size;
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  const poll = () =>
    (reading ??= read()
      .catch((error: unknown) => onLine(`(its log cannot be read: ${String(error)})`))
      .finally(() => (reading = undefined)));
  const timer = setInterval(() => void poll(), POLL_MS).unref();
  return {
    async stop() {
      clearInterval(timer);
      await reading;
      await poll();
      if (rest !== '') onLine(rest);
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readRange(file: string, from: number, to: number): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(to - from), position: from });
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}
