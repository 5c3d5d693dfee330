import { LauncherError, renderLauncherError } from './launcher-error.ts';

const DISK_FULL = {
  message: 'the disk is full',
  remedy:
    'make room, or move the folders (CHATPLATFORM_CACHE names that of downloads and builds, CHATPLATFORM_STATE that of a running node), then run the command again: it goes on from here',
};

const explanations: Record<string, { message: string; remedy: string }> = {
  ENOSPC: DISK_FULL,
  EDQUOT: { ...DISK_FULL, message: 'the quota of the disk is used up' },
  EROFS: {
    message: 'the disk is mounted for reading only',
    remedy: 'mount it for writing, or move the folders: CHATPLATFORM_CACHE and CHATPLATFORM_STATE name them',
  },
  EACCES: {
    message: 'permission is denied',
    remedy: 'own the file or folder, or be root; CHATPLATFORM_CACHE and CHATPLATFORM_STATE move the folders',
  },
  EMFILE: { message: 'too many files are open', remedy: 'raise the limit: ulimit -n 8192' },
  ENOMEM: {
    message: 'there is no memory left',
    remedy: 'stop other programs, then run the command again: it goes on from here',
  },
};

/** What a machine says that it cannot do, as a failure that the user can act on; undefined for every other error. */
export function explainSystemError(error: unknown): LauncherError | undefined {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const explanation = typeof code === 'string' ? explanations[code] : undefined;
  if (explanation === undefined) return undefined;
  return new LauncherError(`${explanation.message} (${path ?? message})`, {
    remedy: explanation.remedy,
    cause: error,
  });
}

/** The same of what a command printed when it failed. @returns the remedy that fits better than the command's own */
export function remedyInOutput(output: string): string | undefined {
  if (/no space left on device|ENOSPC|disk quota exceeded/i.test(output)) return DISK_FULL.remedy;
  return undefined;
}

/** What is printed for a failure, and the exit code. What nobody has foreseen is a defect: it is shown with its stack. */
export function explainFailure(error: unknown): { text: string; exitCode: number } {
  const known = error instanceof LauncherError ? error : explainSystemError(error);
  if (known !== undefined) return { text: renderLauncherError(known), exitCode: known.exitCode };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `chatplatform: an error that should not happen: ${stack}`, exitCode: 1 };
}
