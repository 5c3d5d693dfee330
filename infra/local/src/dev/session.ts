import { homedir } from 'node:os';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createArtifactContext, ensureStorePrograms } from '../artifacts/index.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import type { Progress } from '../launcher/progress.ts';
import { accepts } from '../stores/network.ts';
import { type RunningStores, startStores } from '../stores/index.ts';
import { isRoot } from '../stores/store.ts';
import { type Addresses, PORTS } from './service-settings.ts';

/**
 * `CHATPLATFORM_DEV_STATE`, else below the XDG state folder. Root's is elsewhere: PostgreSQL runs as another user there, who
 * must be able to reach its data, and root's home is closed to others.
 */
export function devDirectory(env: NodeJS.ProcessEnv): string {
  const chosen = env['CHATPLATFORM_DEV_STATE'];
  if (chosen) return chosen;
  if (isRoot() && !env['XDG_STATE_HOME']) return '/var/lib/chatplatform-dev';
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'chatplatform', 'dev');
}

const running = z.object({ settings: z.record(z.string(), z.string()) });

/** Starts the stores of the inner loop and notes their addresses, so that a service run alone finds them. */
export async function openStores(root: string, dir: string, progress: Progress): Promise<RunningStores> {
  if (await accepts(PORTS.http.auth))
    throw new LauncherError('the inner loop is running already', {
      remedy: `end the other \`./chatplatform dev\` (port ${PORTS.http.auth} is in use)`,
    });
  const programs = await ensureStorePrograms(createArtifactContext({ progress, repository: root }));
  const stores = await progress.step('stores', () => startStores({ programs, dir, ports: 'fixed' }), {
    log: `${dir}/logs`,
  });
  await writeFile(join(dir, 'running.json'), JSON.stringify({ settings: stores.settings }), { mode: 0o600 });
  return stores;
}

export async function forgetStores(dir: string): Promise<void> {
  await rm(join(dir, 'running.json'), { force: true });
}

/** Addresses of stores that another `dev` runs; undefined when none does. */
export async function runningStoreSettings(dir: string): Promise<Record<string, string> | undefined> {
  try {
    return running.parse(JSON.parse(await readFile(join(dir, 'running.json'), 'utf8'))).settings;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function devAddresses(stores: Record<string, string>, env: NodeJS.ProcessEnv): Addresses {
  const tracingEndpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return {
    stores,
    publicUrl: `http://127.0.0.1:${PORTS.web}`,
    http: PORTS.http,
    management: PORTS.management,
    ...(tracingEndpoint === undefined ? {} : { tracingEndpoint }),
  };
}
