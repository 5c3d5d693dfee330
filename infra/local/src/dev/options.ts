import { parseArgs } from 'node:util';
import { LauncherError } from '../launcher/launcher-error.ts';
import { SERVICE_NAMES, type ServiceName } from './service-settings.ts';

export interface DevOptions {
  services: readonly ServiceName[];
  web: boolean;
}

export const DEV_USAGE = `usage: ./chatplatform dev [--no-web] [SERVICE...]

Runs the stores, the services and the client as plain processes of the calling user; services and the
client start anew when their sources change. With names, only those services.

services: ${SERVICE_NAMES.join(', ')}`;

/** @throws LauncherError with exit code 2 for an unknown service or flag */
export function parseDevArguments(args: readonly string[]): DevOptions {
  const parsed = parse(args);
  const services = parsed.positionals.map(serviceNamed);
  return {
    services: services.length === 0 ? SERVICE_NAMES : services,
    web: parsed.values['no-web'] !== true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { 'no-web': { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    throw new LauncherError(`dev: ${(error as Error).message}`, {
      remedy: DEV_USAGE,
      exitCode: 2,
      cause: error,
    });
  }
}

function serviceNamed(name: string): ServiceName {
  const found = SERVICE_NAMES.find((service) => service === name);
  if (found !== undefined) return found;
  throw new LauncherError(`dev: there is no service "${name}"`, {
    remedy: `name one of ${SERVICE_NAMES.join(', ')}`,
    exitCode: 2,
  });
}
