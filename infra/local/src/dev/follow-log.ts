import { open, stat } from 'node:fs/promises';

const POLL_MS = 500;

/** Prints what is added to a log file from now on, each line behind its name. Never keeps the process alive. */
export function followLog(name: string, file: string, write: (line: string) => void): void {
  let position: number | undefined;
  let reading = false;
  const poll = async () => {
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    position ??= size;
    if (size <= position) return;
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read({
        buffer: Buffer.alloc(size - position),
        position,
      });
      position += bytesRead;
      for (const line of buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split('\n'))
        write(`${name.padEnd(12)} ${line}`);
    } finally {
      await handle.close();
    }
  };
  const timer = setInterval(() => {
    if (reading) return;
    reading = true;
    poll()
      .catch((error: unknown) => write(`${name.padEnd(12)} (its log cannot be read: ${String(error)})`))
      .finally(() => (reading = false));
  }, POLL_MS);
  timer.unref();
}
