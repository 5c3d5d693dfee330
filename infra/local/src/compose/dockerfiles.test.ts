import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const root = new URL('../../../..', import.meta.url).pathname;
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };

describe.each(['services/Dockerfile', 'web/Dockerfile', 'infra/compose/Dockerfile'])('%s', (path) => {
  test('has every workspace’s manifest before npm ci, which compares all of them with the lockfile', () => {
    const [before = ''] = read(path).split('RUN npm ci');
    const missing = workspaces.filter(
      (workspace) => !before.includes(`COPY ${workspace}/package.json ${workspace}/\n`),
    );
    expect(missing).toEqual([]);
  });
});
