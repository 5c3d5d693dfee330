import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyPair } from './pki/certificate-authority.ts';

export interface Endpoint {
  url: string;
  authority: string;
  client: KeyPair;
}

/** Resolves when GET `endpoint` answers 200. Polls every 200 ms, for ever: race it against what may fail. */
export async function waitUntilReady(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if ((await statusOf(endpoint)) === 200) return;
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
}

/** HTTP status, or undefined where nothing answers. */
export function statusOf(endpoint: Endpoint): Promise<number | undefined> {
  return new Promise((resolve) => {
    const call = request(
      endpoint.url,
      {
        ca: endpoint.authority,
        cert: endpoint.client.certificate,
        key: endpoint.client.privateKey,
        timeout: 2000,
        agent: false,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end();
  });
}
