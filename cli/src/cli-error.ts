import { EXIT } from './exit-codes.ts';

export interface CliErrorOptions extends ErrorOptions {
  /** What the person can do about it. */
  readonly remedy?: string;
  /** @default EXIT.failed */
  readonly exitCode?: number;
}

/** Something a person can understand and put right: printed as two lines, without a stack. */
export class CliError extends Error {
  readonly remedy: string | undefined;
  readonly exitCode: number;

  constructor(message: string, { remedy, exitCode = EXIT.failed, ...options }: CliErrorOptions = {}) {
    super(message, options);
    this.name = 'CliError';
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

export class UsageError extends CliError {
  constructor(message: string, remedy = 'kubectl chatplatform --help') {
    super(message, { remedy, exitCode: EXIT.usage });
    this.name = 'UsageError';
  }
}
