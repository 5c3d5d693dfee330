import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { cpuProfile, type CpuProfile } from './cpu-profile.ts';
import type { Inspectable } from './inspectable.ts';

const targets = z.array(z.object({ webSocketDebuggerUrl: z.url() })).min(1);
const heapUsage = z.object({ usedSize: z.number(), backingStorageSize: z.number() });
const profiled = z.object({ profile: cpuProfile });
const reply = z.object({ id: z.number(), result: z.unknown().optional(), error: z.unknown().optional() });

const OPEN_DEADLINE_MS = 10_000;

export interface HeapUsage {
  /** Bytes of live objects on V8's heap. */
  readonly heap: number;
  /** Bytes of the buffers they hold outside of it. */
  readonly buffers: number;
}

/** What is alive after full garbage collections: without them a heap is mostly what nobody needs any more. */
export async function collectedHeap(subject: Inspectable): Promise<HeapUsage> {
  const inspector = await openInspector(subject);
  try {
    // What the first one finalises, the second one can take away.
    await inspector.call('HeapProfiler.collectGarbage');
    await inspector.call('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize } = heapUsage.parse(await inspector.call('Runtime.getHeapUsage'));
    return { heap: usedSize, buffers: backingStorageSize };
  } finally {
    inspector.close();
  }
}

/** Where a process spends its time while something is done, by samples of the clock. */
export async function profileWhile<T>(
  subject: Inspectable,
  act: () => Promise<T>,
): Promise<{ readonly result: T; readonly profile: CpuProfile }> {
  const inspector = await openInspector(subject);
  try {
    await inspector.call('Profiler.enable');
    await inspector.call('Profiler.start');
    const result = await act();
    const { profile } = profiled.parse(await inspector.call('Profiler.stop'));
    return { result, profile };
  } finally {
    inspector.close();
  }
}

interface Inspector {
  call(method: string): Promise<unknown>;
  close(): void;
}

async function openInspector(subject: Inspectable): Promise<Inspector> {
  const socket = new WebSocket(await inspectorUrl(subject));
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let lastId = 0;
  return {
    call(method) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const hear = (data: unknown): void => {
          const answer = reply.safeParse(JSON.parse(String(data)));
          if (!answer.success || answer.data.id !== id) return;
          socket.off('message', hear);
          if (answer.data.error === undefined) resolve(answer.data.result);
          else reject(new Error(`${method}: ${JSON.stringify(answer.data.error)}`));
        };
        socket.on('message', hear).once('close', () => reject(new Error('the inspector went away')));
        socket.send(JSON.stringify({ id, method }));
      });
    },
    close: () => socket.close(),
  };
}

/** Node opens its inspector at the signal and keeps it open; asking again does no harm. */
async function inspectorUrl({ process, inspectorPort }: Inspectable): Promise<string> {
  process.kill('SIGUSR1');
  for (const giveUpAt = performance.now() + OPEN_DEADLINE_MS; ;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
      const [target] = targets.parse(await answer.json());
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    await sleep(100);
  }
}
