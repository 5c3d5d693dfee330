import { runFanOut } from './fan-out.ts';
import { runGatewayLoss } from './gateway-loss.ts';
import { runIdleSockets } from './idle-sockets.ts';
import type { Job, JobName, Jobs } from './jobs.ts';
import { runOpenChannel } from './open-channel.ts';
import { runPersisted } from './persisted.ts';

/** A generator process: one job comes in, one result goes out; it stays until its parent lets go. */
function run(job: Job): Promise<Jobs[JobName]['result']> {
  switch (job.name) {
    case 'fan-out':
      return runFanOut(job.input);
    case 'persisted':
      return runPersisted(job.input);
    case 'idle-sockets':
      return runIdleSockets(job.input);
    case 'gateway-loss':
      return runGatewayLoss(job.input);
    case 'open-channel':
      return runOpenChannel(job.input);
  }
}

process.once('disconnect', () => process.exit(0));
process.once('message', (job: Job) => {
  run(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
