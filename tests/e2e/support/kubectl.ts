import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs kubectl and gives what it prints; a refusal throws with its message. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await execute('kubectl', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

export interface Applied {
  code: number;
  output: string;
}

/** `kubectl apply -f -`: the exit code and all it said, whether it was taken or refused. */
export function kubectlApply(manifest: object, ...args: string[]): Promise<Applied> {
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', ['apply', ...args, '-f', '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
    child.stdin.end(JSON.stringify(manifest));
  });
}

export async function getJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl('get', ...args, '-o', 'json')) as T;
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  observedGeneration?: number;
}

export interface PlatformObject {
  metadata: { name: string; generation: number; uid: string };
  spec: Record<string, unknown>;
  status?: { conditions?: Condition[]; observedGeneration?: number; url?: string };
}

export function conditionOf(platform: PlatformObject, type: string): Condition | undefined {
  return platform.status?.conditions?.find((condition) => condition.type === type);
}
