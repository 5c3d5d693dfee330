import type { Images } from '../model.ts';
import type { RotatableStore } from '../secrets/rotation.ts';

/** How a running store is told which logins to accept: a program that can be run again and again to the same end. */
export interface LoginSetup {
  readonly store: RotatableStore;
  readonly image: keyof Images;
  readonly command: readonly string[];
  /** Where it connects to. */
  readonly port: number;
  /** Mounted at SETUP_PATH; names of files are keys of a Secret. */
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Environment variables by the file that has their value. */
  readonly secretEnv?: Readonly<Record<string, string>>;
}

export const SETUP_PATH = '/etc/chatplatform/setup';
