import { z } from 'zod';
import { documented } from './documented.ts';

const count = (text: string, doc: { default?: string; example: string; max?: number }) =>
  documented(
    z
      .int()
      .min(1)
      .max(doc.max ?? 1000),
    {
      text,
      ...(doc.default === undefined ? {} : { default: doc.default }),
      example: doc.example,
      extensions: { format: 'int32' },
    },
  );

const size = {
  minReplicas: count('Fewest Pods.', {
    default: 'the number of replicas of the profile',
    example: '2',
  }).optional(),
  maxReplicas: count('Most Pods.', { example: '10' }),
  targetCPUPercent: count('CPU use, in percent of the request, that the autoscaler holds.', {
    default: '70',
    example: '60',
  }).optional(),
};

/** Connections a gateway Pod holds: a Pods metric, which an adapter of the cluster must serve. */
const connections = {
  targetConnections: count(
    'Connections a Pod that the autoscaler holds besides, by the metric gateway_connections. Needs an adapter that serves it under custom.metrics.k8s.io.',
    { default: 'connections are not looked at', example: '5000', max: 1_000_000 },
  ).optional(),
};

/** Events that wait for a consumer: an External metric, which an adapter of the cluster must serve. */
const queueDepth = {
  targetQueueDepth: count(
    'Waiting events a Pod that the autoscaler holds besides, by the metric rabbitmq_detailed_queue_messages. Needs an adapter that serves it under external.metrics.k8s.io.',
    { default: 'the queue is not looked at', example: '500', max: 1_000_000 },
  ).optional(),
};

function autoscaling<T extends z.ZodRawShape>(shape: T) {
  return documented(z.object({ ...size, ...shape }), {
    text: 'Lets a HorizontalPodAutoscaler set the number of Pods.',
    default: 'no autoscaling',
    example: '{maxReplicas: 10}',
    rules: [
      {
        rule: '!has(self.minReplicas) || self.minReplicas <= self.maxReplicas',
        message: 'minReplicas must not exceed maxReplicas',
        fieldPath: '.minReplicas',
      },
    ],
  });
}

export const byCpu = autoscaling({});
/** For the gateway. */
export const byConnections = autoscaling(connections);
/** For services that consume events. */
export const byQueueDepth = autoscaling(queueDepth);
