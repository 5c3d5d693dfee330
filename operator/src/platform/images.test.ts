import { describe, expect, test } from '@jest/globals';
import { allOn, imageOverridesSchema, imagesFor } from './images.ts';

describe('the image table', () => {
  test('names official images, and the platform its own by version', () => {
    const images = imagesFor(allOn('0.2.0'), {});
    expect(images.chat).toBe('docker.io/chatplatform/chat:0.2.0');
    expect(images.redis).toMatch(/^docker\.io\/library\/redis:/);
  });

  test('an override wins, and follows the version where it says so', () => {
    const images = imagesFor(allOn('0.2.0'), {
      chat: 'registry.test/chat:{version}',
      redis: 'registry.test/redis:8',
    });
    expect(images.chat).toBe('registry.test/chat:0.2.0');
    expect(images.redis).toBe('registry.test/redis:8');
  });

  test('an unknown key is refused: a typing error would else go unnoticed', () => {
    expect(imageOverridesSchema.safeParse({ reddis: 'x' }).success).toBe(false);
  });
});
