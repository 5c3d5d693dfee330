import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LauncherError } from '../../launcher/launcher-error.ts';

const execute = promisify(execFile);

/** Standard output of a short command. @throws LauncherError with what it said when it fails */
export async function captureOutput(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new LauncherError(`${command} ${args.join(' ')} failed: ${(stderr || message).trim()}`, { cause: error });
  }
}
