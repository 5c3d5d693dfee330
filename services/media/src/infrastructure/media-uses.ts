import { SHOWN_MEDIA_PATH, shownMediaAnswer } from '@chatplatform/contracts/http/internal';
import type { InternalTokens } from '@chatplatform/kit/access';
import { toError, unavailable } from '@chatplatform/kit/errors';
import type { MediaUses } from '../core/ports/media-uses.ts';

const TIMEOUT_MS = 10_000;

/** Asks a service that shows media. */
export function createMediaUses(options: {
  readonly service: string;
  readonly url: string;
  readonly tokens: InternalTokens;
}): MediaUses {
  const ask = async (mediaIds: readonly string[]): Promise<ReadonlySet<string>> => {
    const response = await fetch(new URL(SHOWN_MEDIA_PATH, options.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await options.tokens.mint(options.service)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ mediaIds }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${options.service} answered ${response.status}`);
    }
    return new Set(shownMediaAnswer.parse(await response.json()).shown);
  };
  return {
    async shown(mediaIds) {
      try {
        return await ask(mediaIds);
      } catch (error) {
        throw unavailable('media.uses-unknown', `What ${options.service} shows cannot be told right now.`, {
          cause: toError(error),
        });
      }
    },
  };
}
