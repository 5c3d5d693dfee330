import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { LauncherError } from '../../launcher/launcher-error.ts';

/** A registry that does not give what it was asked for; the image can be had in another way. */
export class RegistryError extends LauncherError {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'RegistryError';
  }
}

export interface Manifest {
  digest: string;
  mediaType: string;
  content: Buffer;
}

export interface BlobRequest {
  repository: string;
  /** `sha256:<hex>`; what arrives is compared with it. */
  digest: string;
  /** Where it is written. */
  file: string;
  /** Told how many bytes have arrived so far. */
  onProgress?: (bytes: number) => void;
}

/** Reads from one registry (OCI distribution specification 1.1, pull only), anonymously. */
export interface RegistryClient {
  /** Whether a registry answers there at all; known within {@link PROBE_TIMEOUT_MS}. */
  answers(): Promise<boolean>;
  /** A manifest or an index. @param reference a tag or a digest @throws RegistryError */
  manifest(repository: string, reference: string): Promise<Manifest>;
  /** Writes a blob to a file. @throws RegistryError when it cannot be had or is not what its digest says */
  saveBlob(request: BlobRequest): Promise<void>;
}

export const PROBE_TIMEOUT_MS = 4000;
const ANSWER_TIMEOUT_MS = 30_000;
/** A download in which nothing arrives for so long is given up. */
const SILENCE_TIMEOUT_MS = 30_000;

export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;
export const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

/** @param url address of its API, without `/v2`: `https://registry-1.docker.io` */
export function createRegistryClient(url: string): RegistryClient {
  const tokens = new Map<string, string>();

  const get = async (repository: string, path: string, init: RequestInit): Promise<Response> => {
    const address = `${url}/v2/${repository}/${path}`;
    const ask = () => request(address, { ...init, headers: { ...init.headers, ...bearer(tokens.get(repository)) } });
    let response = await ask();
    const challenge = response.headers.get('www-authenticate');
    if (response.status === 401 && challenge !== null) {
      await response.body?.cancel();
      tokens.set(repository, await fetchToken(challenge, `repository:${repository}:pull`));
      response = await ask();
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw new RegistryError(`${address} answers ${response.status}`);
  };

  return {
    async answers() {
      const response = await fetch(`${url}/v2/`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch(() => undefined);
      await response?.body?.cancel();
      // 401 is how a registry asks for a token; a firewall's page of refusal has neither header.
      return response !== undefined && (response.ok || response.status === 401) && isRegistry(response.headers);
    },

    async manifest(repository, reference) {
      const response = await get(repository, `manifests/${reference}`, {
        headers: { accept: [...MANIFEST_TYPES, ...INDEX_TYPES].join(', ') },
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const content = Buffer.from(await response.arrayBuffer());
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      const stated = reference.startsWith('sha256:') ? reference : response.headers.get('docker-content-digest');
      if (stated !== null && stated !== digest) throw wrongDigest(`${url}/v2/${repository}/manifests/${reference}`, stated);
      return { digest, content, mediaType: (response.headers.get('content-type') ?? '').split(';')[0] ?? '' };
    },

    async saveBlob({ repository, digest, file, onProgress }) {
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(), SILENCE_TIMEOUT_MS);
      try {
        const response = await get(repository, `blobs/${digest}`, { signal: silence.signal });
        if (response.body === null) throw new RegistryError(`${url} sends nothing for ${digest}`);
        const received = await receive(response.body, file, (bytes) => {
          timer.refresh();
          onProgress?.(bytes);
        });
        if (received !== digest) throw wrongDigest(`${url}/v2/${repository}/blobs/${digest}`, digest);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function isRegistry(headers: Headers): boolean {
  return headers.has('docker-distribution-api-version') || headers.has('www-authenticate');
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function request(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, init).catch((error: unknown) => {
    throw new RegistryError(`${url} does not answer: ${reasonOf(error)}`, error);
  });
}

const tokenSchema = z.union([
  z.object({ token: z.string() }).transform(({ token }) => token),
  z.object({ access_token: z.string() }).transform(({ access_token }) => access_token),
]);

/** Fetches the anonymous token that `Www-Authenticate: Bearer realm="...",service="..."` asks for. */
async function fetchToken(challenge: string, scope: string): Promise<string> {
  const parameters = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const realm = parameters['realm'];
  if (!challenge.startsWith('Bearer ') || realm === undefined) {
    throw new RegistryError('the registry wants a login other than by token');
  }
  const url = new URL(realm);
  if (parameters['service'] !== undefined) url.searchParams.set('service', parameters['service']);
  url.searchParams.set('scope', parameters['scope'] ?? scope);
  const response = await request(url.href, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  const token = tokenSchema.safeParse(response.ok ? await response.json() : undefined);
  if (!token.success) throw new RegistryError(`${url.origin} gives no token: it answers ${response.status}`);
  return token.data;
}

/** Writes a stream to a file. @returns digest of what arrived */
async function receive(
  body: ReadableStream<Uint8Array>,
  file: string,
  onProgress: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      onProgress((bytes += chunk.length));
      done(null, chunk);
    },
  });
  await pipeline(body, count, createWriteStream(file)).catch((error: NodeJS.ErrnoException) => {
    // A full disk is no fault of the registry's, and no other way to the image would end better.
    if (error.syscall !== undefined) throw error;
    throw new RegistryError(`the download broke off: ${reasonOf(error)}`, error);
  });
  return `sha256:${hash.digest('hex')}`;
}

function wrongDigest(what: string, digest: string): RegistryError {
  return new RegistryError(`${what} is not what its digest says (${digest})`);
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
