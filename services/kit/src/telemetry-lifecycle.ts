/**
 * Joins telemetry-register, which starts the exporter before the service's modules load, with runService, which must
 * flush it last; a module of its own because importing telemetry-register starts telemetry.
 */
let shutdown: () => Promise<void> = () => Promise.resolve();

export const setTelemetryShutdown = (hook: () => Promise<void>): void => {
  shutdown = hook;
};

/** Sends the spans still held and ends telemetry; a collector that is away is no reason to fail a shutdown. */
export const stopTelemetry = (): Promise<void> => shutdown().catch(() => undefined);
