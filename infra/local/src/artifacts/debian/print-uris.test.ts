import { describe, expect, test } from '@jest/globals';
import { parsePrintUris } from './print-uris.ts';

describe('parsePrintUris', () => {
  test('reads names, versions with epochs, and file names; leaves out what apt says besides', () => {
    const output = [
      'Reading package lists...',
      'The following NEW packages will be installed:',
      '  redis-tools libc6',
      "'http://mirror.example.org/debian/pool/main/r/redis/redis-tools_8.0.2-3%2bdeb13u1_amd64.deb' redis-tools_5%3a8.0.2-3+deb13u1_amd64.deb 1021 SHA256:ab",
      "'http://mirror.example.org/debian/pool/main/g/glibc/libc6_2.41-12_amd64.deb' libc6_2.41-12_amd64.deb 2846980 MD5Sum:cd",
      '',
    ].join('\n');
    expect(parsePrintUris(output)).toEqual([
      { name: 'redis-tools', version: '5:8.0.2-3+deb13u1', fileName: 'redis-tools_5%3a8.0.2-3+deb13u1_amd64.deb' },
      { name: 'libc6', version: '2.41-12', fileName: 'libc6_2.41-12_amd64.deb' },
    ]);
  });
});
