import { failureOf, isProblem, RequestFailed } from '../core/failure.ts';

export type Fetch = typeof globalThis.fetch;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/`. */
  readonly path: string;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  /** A body as it is, with its media type. */
  readonly file?: { readonly body: Blob | Uint8Array<ArrayBuffer>; readonly contentType: string };
  readonly token?: string;
}

export type Http = <T>(request: HttpRequest) => Promise<T>;

/** An answer later than this is not waited for. */
const ANSWER_WITHIN_MS = 20_000;

/**
 * JSON over HTTP at the platform's address. Answers are trusted to be what the contracts say: the server's own tests hold
 * it to them, and an older client must not choke on a newer server's additions.
 *
 * @param url `https://chat.example.org`; '' in a page that the platform itself serves
 * @throws RequestFailed
 */
export function createHttp(url: string, fetch: Fetch): Http {
  return async <T>(request: HttpRequest): Promise<T> => {
    const response = await answer(fetch, `${url}${request.path}${queryOf(request)}`, request);
    const body = await bodyOf(response);
    if (response.ok) return body as T;
    throw new RequestFailed(
      isProblem(body)
        ? failureOf(body)
        : failureOf({
            type: 'about:blank',
            title: `The server answered ${response.status}.`,
            status: response.status,
            code: 'unexpected',
          }),
    );
  };
}

async function answer(fetch: Fetch, url: string, request: HttpRequest): Promise<Response> {
  const body = request.file?.body ?? (request.json === undefined ? undefined : JSON.stringify(request.json));
  const contentType = request.file?.contentType ?? 'application/json';
  try {
    return await fetch(url, {
      method: request.method,
      headers: {
        ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch (cause) {
    throw new RequestFailed({ kind: 'lost' }, { cause });
  }
}

function queryOf({ query = {} }: HttpRequest): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) given.set(key, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    // An answer that was cut, or a page of whatever stands in between.
    if (response.ok) throw new RequestFailed({ kind: 'lost' }, { cause });
    return undefined;
  }
}
