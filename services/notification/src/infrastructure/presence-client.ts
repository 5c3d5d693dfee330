import { unavailable } from '@chatplatform/kit/errors';
import type { InternalTokens } from '@chatplatform/kit/access';
import { z } from 'zod';
import type { PresenceReader } from '../core/ports/transports.ts';

const answer = z.object({ online: z.record(z.string(), z.boolean()) });

/** A user id takes 37 characters of the address, and servers refuse request lines beyond 8 to 16 kB. */
const IDS_PER_REQUEST = 100;
const TIMEOUT_MS = 3_000;

/** Asks the gateway's internal presence endpoint. */
export function createPresenceClient(options: {
  gatewayUrl: string;
  tokens: InternalTokens;
}): PresenceReader {
  const ask = async (userIds: readonly string[]): Promise<string[]> => {
    const url = new URL('/internal/presence', options.gatewayUrl);
    url.searchParams.set('userIds', userIds.join(','));
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${await options.tokens.mint('gateway')}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw unavailable(
        'presence.unavailable',
        `the gateway answered ${response.status} to a presence query`,
      );
    }
    const { online } = answer.parse(await response.json());
    return userIds.filter((userId) => online[userId] === true);
  };
  return {
    async online(userIds) {
      const found = new Set<string>();
      for (let start = 0; start < userIds.length; start += IDS_PER_REQUEST) {
        for (const userId of await ask(userIds.slice(start, start + IDS_PER_REQUEST))) found.add(userId);
      }
      return found;
    },
  };
}
