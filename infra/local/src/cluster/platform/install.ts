import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LauncherError } from '../../launcher/launcher-error.ts';
import { formatDuration } from '../../launcher/progress.ts';
import type { Progress } from '../../launcher/progress.ts';
import { runLogged } from '../../processes/run-logged.ts';
import type { Kubectl } from '../kubectl.ts';
import { describeChanges, describeProgress, isReady, platformSchema } from './conditions.ts';
import type { Condition, Platform } from './conditions.ts';
import { demo, demoNamespace, demoPlatform, operator } from './demo.ts';
import { describeUnreadyPods } from './unready-pods.ts';

export interface InstallOptions {
  kubectl: Kubectl;
  /** Path of the program. */
  helm: string;
  /** Root of the working copy. */
  repository: string;
  logs: string;
  /** Values for the operator's chart. */
  values: Readonly<Record<string, unknown>>;
  /** Fields of the demo platform's spec. */
  spec: Readonly<Record<string, unknown>>;
  progress: Progress;
}

/** How to get into the platform. */
export interface PlatformAccess {
  url: string;
  username: string;
  password: string;
}

/** So long nothing may change: on a busy machine everything takes its time, and goes on. */
const STALLED_MS = 6 * 60_000;
const READY_TIMEOUT_MS = 20 * 60_000;
const POLL_MS = 1000;

/** Installs or upgrades the operator, applies the demo platform and waits until it is Ready. */
export async function installPlatform(options: InstallOptions): Promise<PlatformAccess> {
  const { kubectl, progress } = options;
  const log = join(options.logs, 'helm.log');
  await progress.step('Install the operator', () => installOperator(options, log), { log });
  const platform = await progress.step('Bring up the platform', async (report) => {
    await kubectl.apply([demoNamespace]);
    await kubectl.apply([demoPlatform(options.spec)]);
    return waitUntilReady(kubectl, report, progress.note);
  });
  return readAccess(kubectl, platform);
}

async function installOperator(
  { kubectl, helm, repository, values }: InstallOptions,
  log: string,
): Promise<void> {
  await runLogged({
    command: helm,
    args: [
      'upgrade',
      '--install',
      operator.release,
      join(repository, operator.chart),
      `--namespace=${operator.namespace}`,
      '--create-namespace',
      `--kubeconfig=${kubectl.kubeconfig}`,
      '--values=-',
    ],
    input: JSON.stringify(values),
    logFile: log,
    purpose: 'helm upgrade',
    remedy: 'run ./chatplatform up again, or start afresh with ./chatplatform down',
  });
  await kubectl.run('wait', '--for=condition=Established', `crd/${operator.crd}`, '--timeout=30s');
}

async function waitUntilReady(
  kubectl: Kubectl,
  report: (detail: string) => void,
  note: (line: string) => void,
): Promise<Platform> {
  const startedAt = performance.now();
  let changedAt = startedAt;
  let seen: readonly Condition[] = [];
  for (;;) {
    const platform = await readPlatform(kubectl);
    const conditions = platform?.status.conditions ?? [];
    for (const line of describeChanges(seen, conditions)) note(`    ${line}`);
    const now = performance.now();
    if (describeProgress(conditions) !== describeProgress(seen)) changedAt = now;
    seen = conditions;
    report(describeProgress(seen));
    if (platform !== undefined && isReady(platform)) return platform;
    if (now - changedAt > STALLED_MS || now - startedAt > READY_TIMEOUT_MS)
      throw await notReady(kubectl, now - startedAt);
    await sleep(POLL_MS);
  }
}

/** Undefined while the API server does not answer: it may be restarting. */
export async function readPlatform(kubectl: Kubectl): Promise<Platform | undefined> {
  const { code, stdout } = await kubectl.try(
    'get', 'chatplatform', demo.name, `--namespace=${demo.namespace}`, '--output=json', '--request-timeout=5s',
  ); // prettier-ignore
  return code === 0 ? platformSchema.parse(JSON.parse(stdout)) : undefined;
}

async function notReady(kubectl: Kubectl, waitedMs: number): Promise<LauncherError> {
  const pods = await describeUnreadyPods(kubectl, [operator.namespace, demo.namespace]);
  const lines = pods.length > 0 ? ['; Pods that are not ready:', ...pods.map((line) => `    ${line}`)] : [];
  return new LauncherError(`the platform is not Ready after ${formatDuration(waitedMs)}${lines.join('\n')}`, {
    remedy: `look at it (eval "$(./chatplatform env)"; kubectl -n ${demo.namespace} describe chatplatform ${demo.name}), or run ./chatplatform up again to wait longer`,
  });
}

const secretSchema = z.object({ data: z.object({ username: z.string(), password: z.string() }) });

/** @throws LauncherError when the operator has not published the way in */
export async function readAccess(kubectl: Kubectl, platform: Platform): Promise<PlatformAccess> {
  const { code, stdout } = await kubectl.try(
    'get', 'secret', demo.adminSecret, `--namespace=${demo.namespace}`, '--output=json',
  ); // prettier-ignore
  const { url } = platform.status;
  if (code !== 0 || url === undefined) {
    throw new LauncherError(
      `the platform ${demo.name} has no ${code !== 0 ? `Secret ${demo.adminSecret}` : 'URL'} yet`,
      {
        remedy: 'see ./chatplatform status',
      },
    );
  }
  const { data } = secretSchema.parse(JSON.parse(stdout));
  const decode = (text: string) => Buffer.from(text, 'base64').toString('utf8');
  return { url, username: decode(data.username), password: decode(data.password) };
}
