import type { MongoClient } from 'mongodb';
import { createHistogram } from './metrics.ts';

const duration = createHistogram({
  name: 'db_client_operation_duration_seconds',
  help: 'Time from a command to MongoDB to its answer.',
  labelNames: ['operation', 'outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

type Answered = { readonly commandName: string; readonly duration: number };

/** Counts and times what the services ask of the store; the client needs `monitorCommands`. */
export const measureCommands = (client: Pick<MongoClient, 'on'>): void => {
  const observe =
    (outcome: 'success' | 'failure') =>
    ({ commandName: operation, duration: milliseconds }: Answered): void =>
      duration.observe({ operation, outcome }, milliseconds / 1000);
  client.on('commandSucceeded', observe('success'));
  client.on('commandFailed', observe('failure'));
};
