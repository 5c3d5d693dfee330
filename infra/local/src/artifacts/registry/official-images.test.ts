import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { STORE_IMAGES } from '../../../../../operator/src/platform/images.ts';
import { STORE_KEYS } from '../images/image-names.ts';
import { officialImages } from './official-images.ts';
import { parseReference, registryUrl } from './reference.ts';

const root = join(import.meta.dirname, '../../../../..');

test.each(STORE_KEYS)('%s is the image that the operator uses of its own accord', (key) => {
  expect(officialImages[key]).toBe(STORE_IMAGES[key]);
});

test('compose.yaml runs the same stores', () => {
  const { services } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8')) as {
    services: Record<string, { image?: string }>;
  };
  const full = (image: string) => {
    if (/^[^/]+\.[^/]+\//.test(image)) return image;
    return image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`;
  };
  const used = Object.values(services).flatMap(({ image }) => (image === undefined ? [] : [full(image)]));
  const known = new Set<string>([...Object.values(officialImages), STORE_IMAGES.sqlserver]);
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((image) => !known.has(image))).toEqual([]);
});

test('every reference can be taken apart', () => {
  expect(parseReference(officialImages.coredns)).toMatchObject({
    registry: 'registry.k8s.io',
    repository: 'coredns/coredns',
  });
  expect(Object.values(officialImages).map((image) => parseReference(image).tag)).not.toContain('latest');
  expect(registryUrl('docker.io')).toBe('https://registry-1.docker.io');
  expect(() => parseReference('redis')).toThrow('is not a reference');
});
