import { fileURLToPath } from 'node:url';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { freePort, readiness, runProgram, SERVE } from '@chatplatform/kit/testing/program';
import type { RunningProgram } from '@chatplatform/kit/testing/program';

/** A bound against hanging; usually two seconds. */
const START_MS = 120_000;

const folderOf = (service: string): string => fileURLToPath(new URL(`../../../${service}`, import.meta.url));

export interface ServiceProcess extends RunningProgram {
  readonly url: string;
  readonly managementUrl: string;
}

/** Runs a service's migration as the operator's Job does. */
export async function migrate(service: string, env: Record<string, string>): Promise<void> {
  const { exited, output } = runProgram({ cwd: folderOf(service), args: ['src/migrate.ts'], env });
  if ((await exited) !== 0) throw new Error(`migration of ${service} failed:\n${output()}`);
}

/** Starts a service as a Pod does, by its configuration alone. Resolves once it is ready. */
export async function startService(
  service: string,
  env: Record<string, string>,
  wantedPort?: number,
): Promise<ServiceProcess> {
  const [port, managementPort] = [wantedPort ?? (await freePort()), await freePort()];
  const program = runProgram({
    cwd: folderOf(service),
    args: SERVE,
    env: { ...env, HTTP_PORT: String(port), MANAGEMENT_PORT: String(managementPort) },
  });
  const status = (): Promise<number> => {
    if (program.child.exitCode !== null) throw new Error(`${service} exited:\n${program.output()}`);
    return readiness(managementPort);
  };
  await eventually(status, (found) => found === 200, START_MS);
  return { ...program, url: `http://127.0.0.1:${port}`, managementUrl: `http://127.0.0.1:${managementPort}` };
}
