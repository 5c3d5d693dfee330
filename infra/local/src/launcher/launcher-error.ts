export interface LauncherErrorOptions {
  /** What the reader can do about it, as one sentence. */
  remedy?: string;
  /** Where the whole story is. */
  logFile?: string;
  /** Default 1; 2 is for wrong usage. */
  exitCode?: number;
  cause?: unknown;
}

/** A failure the user can act on: shown as a plain message, never as a stack trace. */
export class LauncherError extends Error {
  readonly remedy: string | undefined;
  readonly logFile: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: LauncherErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LauncherError';
    this.remedy = options.remedy;
    this.logFile = options.logFile;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The lines shown for an error: what failed, what to do, where the log is. */
export function renderLauncherError(error: LauncherError): string {
  return [
    `chatplatform: ${error.message}`,
    ...(error.remedy === undefined ? [] : [`  what to do: ${error.remedy}`]),
    ...(error.logFile === undefined ? [] : [`  log: ${error.logFile}`]),
  ].join('\n');
}
