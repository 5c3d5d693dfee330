import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { RedisClient } from '@chatplatform/kit/redis';
import { onReturn } from './redis-return.ts';

const clientThat = (isReady: boolean) => Object.assign(new EventEmitter(), { isReady });
const watch = (client: EventEmitter & { isReady: boolean }): (() => number) => {
  let returns = 0;
  onReturn(client as unknown as Pick<RedisClient, 'on' | 'isReady'>, () => (returns += 1));
  return () => returns;
};

describe('onReturn', () => {
  it('does not take the first connection for a return', () => {
    const client = clientThat(false);
    const returns = watch(client);
    client.emit('ready');
    expect(returns()).toBe(0);
    client.emit('ready');
    client.emit('ready');
    expect(returns()).toBe(2);
  });

  it('sees the first return though the connection was there before', () => {
    const client = clientThat(true);
    const returns = watch(client);
    client.emit('ready');
    expect(returns()).toBe(1);
  });
});
