import { afterEach } from '@jest/globals';
import { startLiveGateway } from './live-gateway.ts';
import type { LiveGateway } from './live-gateway.ts';

/** Starts gateways for the tests of a file; each ends with its test. */
export function useLiveGateways(): typeof startLiveGateway {
  const gateways: LiveGateway[] = [];
  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.stop();
  });
  return async (...args) => {
    const gateway = await startLiveGateway(...args);
    gateways.push(gateway);
    return gateway;
  };
}
