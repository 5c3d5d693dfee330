/**
 * Loaded by `--import` before the service's own modules, which it must see load to instrument them. Does nothing unless
 * OTEL_EXPORTER_OTLP_ENDPOINT is configured, but listen for signals until the service does. Imports nothing that is to be
 * instrumented.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lookupAll } from './config.ts';
import { endOnSignals } from './early-stop.ts';
import { setTelemetryShutdown } from './telemetry-lifecycle.ts';

/** The name in the nearest package.json above the script that runs, without its scope. */
const serviceName = (script: string): string => {
  for (let folder = dirname(script); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { name }: { name?: string } = JSON.parse(readFileSync(manifest, 'utf8'));
      return name?.split('/').at(-1) ?? 'unknown';
    }
  }
  return 'unknown';
};

endOnSignals();
const settings = lookupAll();
const endpoint = settings['OTEL_EXPORTER_OTLP_ENDPOINT'];

if (endpoint !== undefined) {
  const [{ register }, { INSTRUMENTED, startTelemetry }] = await Promise.all([
    import('import-in-the-middle/register-hooks.mjs'),
    import('./telemetry-sdk.ts'),
  ]);
  register({ include: [...INSTRUMENTED] });
  const ratio = Number(settings['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  setTelemetryShutdown(
    startTelemetry({
      endpoint,
      serviceName: settings['OTEL_SERVICE_NAME'] ?? serviceName(process.argv[1] ?? process.cwd()),
      samplingRatio: Number.isFinite(ratio) ? Math.min(1, Math.max(0, ratio)) : 1,
    }),
  );
}
