export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; null when there was no body. */
  readonly body: unknown;
};

export type SendOptions = {
  /** The body, as JSON. */
  readonly json?: unknown;
  /** The body as it is, declared to be JSON. */
  readonly raw?: string;
  readonly token?: string | undefined;
};

export type Send = (method: string, path: string, options?: SendOptions) => Promise<Answer>;

/** @param base `http://host:port` */
export const createHttpClient =
  (base: string): Send =>
  async (method, path, { json, raw, token } = {}) => {
    const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
    const headers = new Headers();
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(`${base}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };
