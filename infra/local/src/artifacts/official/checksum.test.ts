import { describe, expect, test } from '@jest/globals';
import { readChecksum } from './checksum.ts';

const A = 'a'.repeat(64);
const B = 'B'.repeat(64);

describe('readChecksum', () => {
  test.each([
    ['the sum alone', A, 'kubectl', A],
    ['the sum alone with a line end', `${A}\n`, 'kubectl', A],
    ['a line of several', `${A}  etcd-arm64.tar.gz\n${B}  etcd-amd64.tar.gz\n`, 'etcd-amd64.tar.gz', B.toLowerCase()],
    ['a binary-mode line with a path', `${A} *release/helm.tar.gz`, 'helm.tar.gz', A],
    ['another file', `${A}  other.tar.gz`, 'helm.tar.gz', undefined],
    ['a page instead of a checksum', '<html>403 Forbidden</html>', 'kubectl', undefined],
    ['a sum cut short', A.slice(1), 'kubectl', undefined],
    ['two sums without names', `${A}\n${B}\n`, 'kubectl', undefined],
  ])('%s', (_, content, name, expected) => {
    expect(readChecksum(content, name)).toBe(expected);
  });
});
