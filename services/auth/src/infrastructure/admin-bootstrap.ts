import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';
import type { BootstrapAdminResult } from '../core/commands/bootstrap-admin.ts';

export interface AdminBootstrapOptions {
  readonly logger: Logger;
  readonly bootstrap: () => Promise<BootstrapAdminResult>;
  readonly retryMs: number;
}

export interface AdminBootstrap {
  /** For readiness. Rejects until it is settled whether there is an administrator. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

const MESSAGES: Record<BootstrapAdminResult, string> = {
  created: 'the first administrator was created',
  present: 'the first administrator is there already',
  'name-or-email-taken':
    'no administrator was created: an ordinary account has its username or e-mail address; configure others',
};

/** Tries until the database is up and migrated, for a service may start before both. */
export function startAdminBootstrap({ logger, bootstrap, retryMs }: AdminBootstrapOptions): AdminBootstrap {
  const stopping = new AbortController();
  let pending: Error | null = new Error('it is not settled yet whether there is an administrator');

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const result = await bootstrap();
        pending = null;
        logger[result === 'name-or-email-taken' ? 'error' : 'info'](MESSAGES[result]);
        return;
      } catch (thrown) {
        pending = toError(thrown);
        logger.warn({ reason: pending.message }, 'cannot look after the first administrator yet, will retry');
        await sleep(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  const ended = loop();
  return {
    async check() {
      if (pending !== null) throw pending;
    },
    stop() {
      stopping.abort();
      return ended;
    },
  };
}
