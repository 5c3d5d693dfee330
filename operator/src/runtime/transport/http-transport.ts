import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { sleep, type Clock, type Random } from '../clock.ts';
import { ApiError, errorOf, TransportError } from '../errors.ts';
import { traceHeaders } from '../tracing.ts';
import type { ClusterAccess } from './access.ts';
import { linesOf } from './lines.ts';
import { defaultRetryPolicy, retryDelay, type RetryPolicy } from './retry.ts';
import { apiErrorOf } from './status.ts';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, below the server's. */
  path: string;
  body?: unknown;
  /** @default application/json */
  contentType?: string;
  /** @default application/json */
  accept?: string;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** Sending it twice does what sending it once does. */
  idempotent: boolean;
  /** Called for every attempt when its connection stands and nothing has been sent on it; a throw stops the call. */
  guard?: (request: string) => void;
  /** For metrics: `list`, `apply` ... */
  verb: string;
  /** For metrics: `deployments`, `pods/status` ... */
  resource: string;
}

export interface HttpAnswer {
  status: number;
  body: unknown;
}

export interface CallObservation {
  verb: string;
  resource: string;
  /** HTTP status, or `error` when no answer came. */
  code: string;
  durationMs: number;
}

export interface HttpTransportOptions {
  access: ClusterAccess;
  clock: Clock;
  random: Random;
  /** Connections for requests; each watch has one more. @default 8 */
  maxConnections?: number;
  /** Until the whole answer is there. @default 30_000 */
  timeoutMs?: number;
  retry?: RetryPolicy;
  userAgent?: string;
  /** Called once an attempt. */
  observe?: (observation: CallObservation) => void;
}

/** Sockets that idle longer are closed on this side, before the API server (90 s) closes them under a request. */
const IDLE_SOCKET_MS = 60_000;

/** HTTP with kept-alive connections, timeouts, retries and credentials; it knows nothing of objects. */
export class HttpTransport {
  readonly #options: Required<Omit<HttpTransportOptions, 'observe'>> & Pick<HttpTransportOptions, 'observe'>;
  readonly #requests: http.Agent;
  readonly #watches: http.Agent;
  readonly #module: typeof http | typeof https;

  constructor(options: HttpTransportOptions) {
    this.#options = {
      maxConnections: 8,
      timeoutMs: 30_000,
      retry: defaultRetryPolicy,
      userAgent: 'operator-runtime',
      ...options,
    };
    const { access, maxConnections } = this.#options;
    const secure = access.server.protocol === 'https:';
    this.#module = secure ? https : http;
    const Agent = secure ? https.Agent : http.Agent;
    const tls = secure ? tlsOptions(access) : {};
    const keepAlive = { keepAlive: true, keepAliveMsecs: 15_000, noDelay: true };
    this.#requests = new Agent({ ...tls, ...keepAlive, maxSockets: maxConnections, timeout: IDLE_SOCKET_MS });
    this.#watches = new Agent({ ...tls, ...keepAlive });
  }

  /** @throws ApiError on an answer of 400 or more, TransportError when none came, what `guard` throws, the abort reason */
  async send(call: HttpCall): Promise<HttpAnswer> {
    let freshToken = false;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.#sendOnce(call);
      } catch (error) {
        if (this.#refusedToken(error) && !freshToken) {
          freshToken = true;
          continue;
        }
        await this.#pauseBeforeRetry(call, error, attempts);
      }
    }
  }

  /** Opens a stream of lines; no retry, no timeout once the headers are there. Ends when the server ends it. */
  async *lines(call: HttpCall): AsyncGenerator<string> {
    const response = await this.#observed(call, () => this.#open(call, this.#watches));
    try {
      yield* linesOf(response);
    } catch (error) {
      throw this.#failure(call, error);
    } finally {
      response.destroy();
    }
  }

  close(): void {
    this.#requests.destroy();
    this.#watches.destroy();
  }

  /** Throws `error` again when there is to be no other attempt. */
  async #pauseBeforeRetry(call: HttpCall, error: unknown, attempts: number): Promise<void> {
    const { retry, random, clock } = this.#options;
    const delay = retryDelay({ error, attempts, idempotent: call.idempotent }, retry, random);
    if (delay === undefined || call.signal?.aborted) throw error;
    await sleep(clock, delay, call.signal);
    if (call.signal?.aborted) throw this.#failure(call, error);
  }

  #refusedToken(error: unknown): boolean {
    return this.#options.access.token !== undefined && error instanceof ApiError && error.status === 401;
  }

  #sendOnce(call: HttpCall): Promise<HttpAnswer> {
    return this.#observed(call, async () => {
      const response = await this.#open(call, this.#requests);
      try {
        const body = await text(response);
        return { status: response.statusCode ?? 0, body: body === '' ? undefined : JSON.parse(body) };
      } catch (error) {
        throw this.#failure(call, error);
      }
    });
  }

  async #observed<T extends { status?: number; statusCode?: number | undefined }>(
    call: HttpCall,
    run: () => Promise<T>,
  ): Promise<T> {
    const { clock, observe } = this.#options;
    const start = clock.monotonic();
    const report = (code: string) =>
      observe?.({ verb: call.verb, resource: call.resource, code, durationMs: clock.monotonic() - start });
    try {
      const answer = await run();
      report(String(answer.status ?? answer.statusCode));
      return answer;
    } catch (error) {
      report(error instanceof ApiError ? String(error.status) : 'error');
      throw error;
    }
  }

  /** Resolves with the headers of a good answer; the timeout covers the body of an ordinary request too. */
  async #open(call: HttpCall, agent: http.Agent): Promise<http.IncomingMessage> {
    const { access, timeoutMs } = this.#options;
    const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers = await this.#headers(call, payload);
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const request = this.#module.request(
        new URL(access.server.pathname.replace(/\/$/, '') + call.path, access.server),
        { method: call.method, agent, headers, ...(call.signal && { signal: call.signal }) },
        resolve,
      );
      this.#limit(request, agent === this.#watches, call.timeoutMs ?? timeoutMs);
      request.on('error', (error) => reject(this.#failure(call, error)));
      // Nothing goes out before `end`. A request may wait long for its turn or its connection, and what the guard
      // answered before that (the lease is held) may be over by then.
      const send = () => {
        try {
          call.guard?.(nameOf(call));
          request.end(payload);
        } catch (error) {
          reject(errorOf(error));
          request.destroy();
        }
      };
      request.once('socket', (socket: Socket) => onceConnected(socket, send));
    });
    if ((response.statusCode ?? 500) < 400) return response;
    throw await this.#refusal(call, response);
  }

  #limit(request: http.ClientRequest, stream: boolean, ms: number): void {
    const cancel = this.#options.clock.schedule(ms, () => {
      request.destroy(Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' }));
      // Whatever swallowed this request may swallow what the other idle connections are given: start afresh.
      for (const socket of Object.values(this.#requests.freeSockets).flat()) socket?.destroy();
    });
    if (stream) request.once('response', cancel);
    request.once('close', cancel);
  }

  async #headers(call: HttpCall, payload: string | undefined): Promise<Record<string, string>> {
    const token = await this.#options.access.token?.get();
    return {
      accept: call.accept ?? 'application/json',
      'user-agent': this.#options.userAgent,
      ...(payload !== undefined && {
        'content-type': call.contentType ?? 'application/json',
        'content-length': String(Buffer.byteLength(payload)),
      }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...traceHeaders(),
    };
  }

  async #refusal(call: HttpCall, response: http.IncomingMessage): Promise<Error> {
    const status = response.statusCode ?? 500;
    if (status === 401) this.#options.access.token?.invalidate();
    try {
      const retryAfter = response.headers['retry-after'];
      return apiErrorOf({ request: nameOf(call), status, retryAfter, body: await text(response) });
    } catch (error) {
      return this.#failure(call, error);
    }
  }

  #failure(call: HttpCall, error: unknown): Error {
    if (call.signal?.aborted) return errorOf(call.signal.reason);
    return new TransportError(nameOf(call), errorOf(error));
  }
}

/** Node does not document `secureConnecting`; a TLS socket has it as long as its handshake is not over. */
const onceConnected = (socket: Socket & { secureConnecting?: boolean }, run: () => void): void => {
  if (socket.secureConnecting === true) socket.once('secureConnect', run);
  else if (socket.connecting) socket.once('connect', run);
  else run();
};

const nameOf = ({ method, path }: HttpCall): string => `${method} ${path}`;

const tlsOptions = (access: ClusterAccess): https.AgentOptions => ({
  ...(access.ca !== undefined && { ca: access.ca }),
  ...(access.clientCertificate && {
    cert: access.clientCertificate.certificate,
    key: access.clientCertificate.key,
  }),
  ...(access.tlsServerName !== undefined && { servername: access.tlsServerName }),
  ...(access.insecureSkipTlsVerify === true && { rejectUnauthorized: false }),
});
