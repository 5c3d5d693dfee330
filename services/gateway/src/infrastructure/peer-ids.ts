import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { signingKeys } from '@chatplatform/kit/signing-keys';
import type { PeerIds } from '../api/peers.ts';

const MAC_BYTES = 16;
const RANDOM_BYTES = 15;

/** The address at which other Pods reach this one; undefined on a machine with no network. */
export const ownAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/**
 * Ids of connections that tell which gateway holds them: `<address>.<random>.<mac>`. The code proves that a gateway made
 * them; without it anybody could have requests sent to any address of the cluster.
 * @param self `host:port` of this gateway
 * @param key of all gateways: each of `signingKeys` in base64
 */
export function createPeerIds({ self, key }: { self: string; key: string }): PeerIds {
  const secretOf = (one: string): Buffer =>
    createHmac('sha256', Buffer.from(one, 'base64')).update('gateway connection ids').digest();
  const macOf = (secret: Buffer, text: string): Buffer =>
    createHmac('sha256', secret).update(text).digest().subarray(0, MAC_BYTES);
  const [signing, ...others] = signingKeys(key);
  const secret = secretOf(signing);
  const secrets = [secret, ...others.map(secretOf)];
  const address = Buffer.from(self).toString('base64url');
  return {
    create() {
      const text = `${address}.${randomBytes(RANDOM_BYTES).toString('base64url')}`;
      return `${text}.${macOf(secret, text).toString('base64url')}`;
    },
    otherOwner(id) {
      const [owner = '', random = '', mac = ''] = id.split('.');
      const given = Buffer.from(mac, 'base64url');
      if (owner === address || given.length !== MAC_BYTES) return undefined;
      const text = `${owner}.${random}`;
      if (!secrets.some((one) => timingSafeEqual(given, macOf(one, text)))) return undefined;
      const [host = '', port = ''] = Buffer.from(owner, 'base64url').toString().split(':');
      return { host, port: Number(port) };
    },
  };
}
