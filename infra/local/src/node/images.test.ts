import { expect, test } from '@jest/globals';
import { contentReference, parseImageList } from './images.ts';

test('a reference says what is in the image', () => {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  expect(contentReference({ name: 'docker.io/chatplatform/auth:0.1.0', digest })).toBe(
    'docker.io/chatplatform/auth:0.1.0-0123456789ab',
  );
});

test('the list of containerd', () => {
  const list =
    'REF                                TYPE                                       DIGEST      SIZE     PLATFORMS   LABELS\n' +
    'docker.io/chatplatform/auth:0.1.0  application/vnd.oci.image.manifest.v1+json sha256:abc  28.0 MiB linux/amd64 -\n' +
    'sha256:6f6adcd4cfd7                application/vnd.oci.image.manifest.v1+json sha256:abc  28.0 MiB linux/amd64 -\n';
  expect(parseImageList(list)).toEqual(new Set(['docker.io/chatplatform/auth:0.1.0', 'sha256:6f6adcd4cfd7']));
  expect(parseImageList('')).toEqual(new Set());
});
