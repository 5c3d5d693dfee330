import express from 'express';
import type { Registry } from 'prom-client';
import { toError } from './errors.ts';
import { listen } from './http.ts';
import type { HttpServer } from './http.ts';
import type { Logger } from './logger.ts';

/** Resolves when what it checks can be used, rejects with the reason when not. */
export type ReadinessCheck = () => Promise<void>;
export type ReadinessChecks = Readonly<Record<string, ReadinessCheck>>;

const CHECK_TIMEOUT_MS = 2_000;

const withinTimeout = async (check: ReadinessCheck): Promise<string> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), timeout]);
    return 'ok';
  } catch (error) {
    return toError(error).message;
  } finally {
    clearTimeout(timer);
  }
};

/** `{ ready, checks: { name: 'ok' | reason } }` */
export const runChecks = async (
  checks: ReadinessChecks,
): Promise<{ ready: boolean; checks: Record<string, string> }> => {
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await withinTimeout(check)] as const),
  );
  return {
    ready: outcomes.every(([, outcome]) => outcome === 'ok'),
    checks: Object.fromEntries(outcomes),
  };
};

/**
 * `/livez` (the process runs), `/readyz` (every check passes, else 503 and the reasons), `/metrics` (Prometheus).
 * On a port of its own that no edge routes to.
 */
export const startManagementServer = ({
  port,
  registry,
  checks,
  logger,
}: {
  port: number;
  registry: Registry;
  checks: ReadinessChecks;
  /** Hears of every change of readiness, and why. */
  logger: Pick<Logger, 'info' | 'warn'>;
}): Promise<HttpServer> => {
  let told = '';
  const tell = (outcome: Awaited<ReturnType<typeof runChecks>>): void => {
    const now = JSON.stringify(outcome);
    if (now === told) return;
    told = now;
    if (outcome.ready) logger.info('ready');
    else logger.warn({ checks: outcome.checks }, 'not ready');
  };
  const app = express();
  app.disable('x-powered-by');
  app.get('/livez', (_req, res) => {
    res.json({ live: true });
  });
  app.get('/readyz', async (_req, res) => {
    const outcome = await runChecks(checks);
    tell(outcome);
    res.status(outcome.ready ? 200 : 503).json(outcome);
  });
  app.get('/metrics', async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics());
  });
  return listen(app, port);
};
