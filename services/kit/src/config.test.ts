import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { commonConfig, ConfigError, loadConfig, lookupAll } from './config.ts';

describe('configuration', () => {
  let root: string;
  const folder = (name: string, files: Record<string, string>): string => {
    const path = join(root, name);
    mkdirSync(path);
    for (const [key, value] of Object.entries(files)) writeFileSync(join(path, key), value);
    return path;
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test('takes the environment first, then the folders in their order, then the default', () => {
    const first = folder('first', { B: 'first', C: 'first' });
    const second = folder('second', { A: 'second', B: 'second', D: 'second' });
    const schema = z.object({
      A: z.string(),
      B: z.string(),
      C: z.string(),
      D: z.string(),
      E: z.string().default('e'),
    });
    expect(loadConfig(schema, { A: 'env', CONFIG_DIRS: `${first}:${second}` })).toEqual({
      A: 'env',
      B: 'first',
      C: 'first',
      D: 'second',
      E: 'e',
    });
  });

  test('reads a mounted Secret: links to files beside folders of Kubernetes, one line break at the end dropped', () => {
    const path = folder('secret', { REAL: 'line one\nline two\n' });
    mkdirSync(join(path, '..2026_01_01'));
    writeFileSync(join(path, '..2026_01_01', 'LINKED'), 'linked\r\n');
    symlinkSync(join(path, '..2026_01_01', 'LINKED'), join(path, 'LINKED'));
    expect(lookupAll({ CONFIG_DIRS: path })).toMatchObject({ REAL: 'line one\nline two', LINKED: 'linked' });
  });

  test('counts an empty value as absent and does without a folder that is not there', () => {
    const path = folder('some', { A: 'from file' });
    expect(lookupAll({ A: '', CONFIG_DIRS: `${join(root, 'nowhere')}:${path}` })['A']).toBe('from file');
  });

  test('names every wrong key and where to set it, and repeats no value', () => {
    const path = folder('some', { INTERNAL_TOKEN_KEY: 'c2hvcnQ=' });
    const load = (): unknown =>
      loadConfig(z.object(commonConfig), {
        HTTP_PORT: 'eighty',
        AMQP_URL: 'http://user:hush@host',
        CONFIG_DIRS: path,
      });
    expect(load).toThrow(ConfigError);
    let message = '';
    try {
      load();
    } catch (error) {
      message = error instanceof ConfigError ? error.message : '';
      expect(error instanceof ConfigError && [...error.keys].sort()).toEqual([
        'AMQP_URL',
        'HTTP_PORT',
        'INTERNAL_TOKEN_KEY',
        'JWKS_URL',
        'PUBLIC_URL',
      ]);
    }
    expect(message).toContain('JWKS_URL: is missing');
    expect(message).toContain(path);
    expect(message).not.toMatch(/hush|eighty|c2hvcnQ/);
  });
});
