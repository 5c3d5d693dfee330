import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findProgram } from '../test/programs.ts';
import { Helm } from './helm.ts';
import { keepRelease, packagedChart } from './last-release.ts';

const program = findProgram('helm', 'HELM_BINARY');
const root = join(import.meta.dirname, '../..');

(program === undefined ? test.skip : test)(
  'a release is kept as its commit has it, in the place of the one before (needs helm)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatplatform-last-release-'));
    const helm = new Helm(program ?? '');
    try {
      await keepRelease(helm, 'HEAD', folder);
      await keepRelease(helm, 'HEAD', folder);
      const chart = await packagedChart(folder);
      const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
        version: string;
      };
      expect(basename(chart)).toBe(`chatplatform-operator-${version}.tgz`);
      expect(await helm.run('template', 'x', chart)).toContain('kind: CustomResourceDefinition');
      const examples = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
      expect(examples).toContain('development.yaml');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test('a folder without a packaged chart names the command that puts one there', async () => {
  await expect(packagedChart(import.meta.dirname)).rejects.toThrow('npm run keep-release');
});
