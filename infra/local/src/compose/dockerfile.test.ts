import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const root = new URL('../../../..', import.meta.url).pathname;
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const dockerfile = read('Dockerfile');
const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };

test('every workspace’s manifest is there before npm ci, which compares all of them with the lockfile', () => {
  const [before = ''] = dockerfile.split('RUN npm ci');
  const missing = workspaces.filter(
    (workspace) => !before.includes(`COPY ${workspace}/package.json ${workspace}/\n`),
  );
  expect(missing).toEqual([]);
});

test('every target that compose.yaml and the kind cluster build is a stage', () => {
  const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map((match) => match[1]);
  const { services } = parse(read('compose.yaml')) as {
    services: Record<string, { build?: { target?: string } }>;
  };
  const ofCompose = Object.values(services).flatMap(({ build }) =>
    build === undefined ? [] : [build.target],
  );
  const ofKind = [...read('infra/local/src/cluster/kind-cluster.ts').matchAll(/--target=(\w+)/g)].map(
    (match) => match[1],
  );
  expect(ofKind.length).toBeGreaterThan(0);
  expect([...ofCompose, ...ofKind].filter((target) => !stages.includes(target))).toEqual([]);
});
