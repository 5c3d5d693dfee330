import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pinProcess } from '../../measure/processors.ts';
import type { JobName, Jobs } from './jobs.ts';

const program = fileURLToPath(new URL('main.ts', import.meta.url));

export interface GeneratorOptions {
  /** Undefined: wherever the kernel puts it. */
  readonly processors: readonly number[] | undefined;
  /** A job that takes longer is given up. */
  readonly timeoutMs: number;
  readonly interrupted: AbortSignal;
}

export interface FinishedGenerator<R> {
  readonly result: R;
  /** Its connections stay until then. */
  end(): Promise<void>;
}

/** Does a job in a process of its own. @throws Error when the job fails, the process ends, or the time is over */
export async function startGenerator<N extends JobName>(
  name: N,
  input: Jobs[N]['input'],
  { processors, timeoutMs, interrupted }: GeneratorOptions,
): Promise<FinishedGenerator<Jobs[N]['result']>> {
  interrupted.throwIfAborted();
  const child = fork(program, { serialization: 'advanced' });
  const kill = (): void => void child.kill('SIGKILL');
  interrupted.addEventListener('abort', kill);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await exited;
    interrupted.removeEventListener('abort', kill);
  };
  try {
    if (processors !== undefined && child.pid !== undefined) await pinProcess(child.pid, processors);
    const answer = answerOf<Jobs[N]['result']>(child, timeoutMs);
    child.send({ name, input });
    return { result: await answer, end };
  } catch (error) {
    kill();
    await end();
    interrupted.throwIfAborted();
    throw new Error(`the generator of ${name} failed: ${String(error)}`, { cause: error });
  }
}

export async function generate<N extends JobName>(
  name: N,
  input: Jobs[N]['input'],
  options: GeneratorOptions,
): Promise<Jobs[N]['result']> {
  const { result, end } = await startGenerator(name, input, options);
  await end();
  return result;
}

function answerOf<R>(child: ChildProcess, timeoutMs: number): Promise<R> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no result in ${timeoutMs} ms`)), timeoutMs);
    child.once('exit', (code, signal) => reject(new Error(`the process ended (${signal ?? code})`)));
    child.once('error', reject);
    child.once('message', (message) => {
      clearTimeout(timer);
      const { result, failure } = message as { result?: R; failure?: string };
      if (result === undefined) reject(new Error(failure));
      else resolve(result);
    });
  });
}
