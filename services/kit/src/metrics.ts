import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterConfiguration, GaugeConfiguration, HistogramConfiguration } from 'prom-client';

/** The process's metrics; the management server shows them on `/metrics`. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

export const createCounter = <L extends string>(
  configuration: Omit<CounterConfiguration<L>, 'registers'>,
): Counter<L> => new Counter({ ...configuration, registers: [registry] });

export const createHistogram = <L extends string>(
  configuration: Omit<HistogramConfiguration<L>, 'registers'>,
): Histogram<L> => new Histogram({ ...configuration, registers: [registry] });

export const createGauge = <L extends string>(
  configuration: Omit<GaugeConfiguration<L>, 'registers'>,
): Gauge<L> => new Gauge({ ...configuration, registers: [registry] });

const requestDuration = createHistogram({
  name: 'http_server_request_duration_seconds',
  help: 'Time from the arrival of a request to the end of its answer.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** Labels carry the route's pattern, never the path asked for: ids in labels would grow without bound. */
export const httpMetrics: RequestHandler = (req, res, next) => {
  const end = requestDuration.startTimer();
  res.once('close', () => {
    const route = req.route === undefined ? 'unmatched' : `${req.baseUrl}${String(req.route.path)}`;
    end({ method: req.method, route, status: res.writableEnded ? String(res.statusCode) : 'aborted' });
  });
  next();
};
