import type { InternalTokens } from '@chatplatform/kit/access';
import { toError, unavailable } from '@chatplatform/kit/errors';
import { z } from 'zod';
import type { MediaAccess } from '../core/ports/media-access.ts';

const answer = z.object({ allowed: z.boolean() });
const TIMEOUT_MS = 3_000;

/** Asks the chat service, which knows the messages a medium is attached to and who is in their channels. */
export function createChatAccess(options: {
  readonly chatUrl: string;
  readonly tokens: InternalTokens;
}): MediaAccess {
  const ask = async (mediaId: string, userId: string): Promise<boolean> => {
    const url = new URL('/internal/media-access', options.chatUrl);
    url.searchParams.set('mediaId', mediaId);
    url.searchParams.set('userId', userId);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${await options.tokens.mint('chat')}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the chat service answered ${response.status}`);
    }
    return answer.parse(await response.json()).allowed;
  };
  return {
    async maySee(mediaId, userId) {
      try {
        return await ask(mediaId, userId);
      } catch (error) {
        throw unavailable('media.access-unknown', 'Who may see this cannot be told right now; try again.', {
          cause: toError(error),
        });
      }
    },
  };
}
