import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** Root of the working copy. */
export const repositoryRoot = resolve(import.meta.dirname, '../../../..');

/** Folder of what `up` keeps until `down`: `CHATPLATFORM_STATE`, else the system's for root and the user's for others. */
export function stateDirectory(env: NodeJS.ProcessEnv, userId: number): string {
  const chosen = env['CHATPLATFORM_STATE'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  if (userId === 0) return '/var/lib/chatplatform';
  const xdg = env['XDG_STATE_HOME'];
  return join(xdg === undefined || xdg === '' ? join(homedir(), '.local/state') : xdg, 'chatplatform');
}

/** One run that changes things at a time, a machine for root (there is one node) and a user for others. */
export function lockFile(userId: number): string {
  return userId === 0 ? '/run/chatplatform.lock' : join(tmpdir(), `chatplatform-${userInfo().username}.lock`);
}
