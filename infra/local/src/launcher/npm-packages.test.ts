import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createProgress } from './progress.ts';
import { installClientPackages } from './npm-packages.ts';
import { repositoryRoot } from './paths.ts';

const progress = createProgress({ isTTY: false, columns: 80, write: () => undefined }, () => 0);
const path = process.env['PATH'];
let repository: string;

/** Notes its arguments, and does to node_modules what npm does; `npm_fails` in the repository has it fail at once. */
const NPM = `#!/bin/sh
echo "$*" >> calls
case "$1" in
  ci) rm -rf node_modules; mkdir -p node_modules/.bin; printf '#!/bin/sh\\necho launched "$2"\\n' > node_modules/.bin/node; chmod +x node_modules/.bin/node ;;
esac
case "$1" in ci | install) [ ! -f npm_fails ] || exit 1; touch node_modules/.package-lock.json ;; esac
`;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'npm-packages-'));
  await mkdir(join(repository, 'programs'));
  await writeFile(join(repository, 'programs/npm'), NPM, { mode: 0o755 });
  await writeFile(join(repository, 'package-lock.json'), '{}');
  await copyFile(join(repositoryRoot, 'chatplatform'), join(repository, 'chatplatform'));
  process.env['PATH'] = `${join(repository, 'programs')}:${path}`;
});

afterEach(async () => {
  process.env['PATH'] = path;
  await rm(repository, { recursive: true });
});

/** Runs the script. @returns its exit code */
async function launch(command: string): Promise<number> {
  const env = { ...process.env, CHATPLATFORM_CACHE: join(repository, 'cache') };
  const launched = promisify(execFile)(join(repository, 'chatplatform'), [command], { env });
  return launched.then(
    () => 0,
    (error: { code: number }) => error.code,
  );
}

/** What npm was asked to install since the last call. */
async function installations(): Promise<string[]> {
  const calls = await readFile(join(repository, 'calls'), 'utf8').catch(() => '');
  await rm(join(repository, 'calls'), { force: true });
  return calls.split('\n').filter((call) => /^(ci|install) /.test(call));
}

const addClients = () => installClientPackages(repository, join(repository, 'logs'), progress);

const ofTheLauncher: unknown = expect.stringMatching(/^ci --workspace infra\/local --omit=dev /);
const ofAll: unknown = expect.stringMatching(/^ci --prefer-offline /);
const ofTheClient: unknown = expect.stringMatching(/^install --no-save --workspace web --workspace cli /);

test('`up` starts with the packages of the launcher and adds those of the client once', async () => {
  expect(await launch('up')).toBe(0);
  expect(await installations()).toEqual([ofTheLauncher]);
  await addClients();
  expect(await installations()).toEqual([ofTheClient]);
  await addClients();
  expect(await launch('up')).toBe(0);
  expect(await installations()).toEqual([]);
});

test.each(['status', 'up'])(
  'a command that needs all packages installs them, also after `%s`',
  async (command) => {
    await launch(command);
    if (command === 'up') await addClients();
    await installations();
    await launch('test');
    expect(await installations()).toEqual([ofAll]);
    await addClients();
    await launch('up');
    expect(await installations()).toEqual([]);
  },
);

test('a lockfile that has changed is installed anew', async () => {
  await launch('test');
  await installations();
  const { mtimeMs } = await stat(join(repository, 'node_modules/.package-lock.json'));
  await utimes(join(repository, 'package-lock.json'), mtimeMs / 1000 + 5, mtimeMs / 1000 + 5);
  await launch('test');
  expect(await installations()).toEqual([ofAll]);
});

test('an addition that was interrupted is begun anew from a clean folder', async () => {
  await launch('up');
  await writeFile(join(repository, 'npm_fails'), '');
  await expect(addClients()).rejects.toThrow('npm');
  await rm(join(repository, 'npm_fails'));
  await installations();
  await launch('up');
  expect(await installations()).toEqual([ofTheLauncher]);
  await addClients();
  expect(await installations()).toEqual([ofTheClient]);
});
