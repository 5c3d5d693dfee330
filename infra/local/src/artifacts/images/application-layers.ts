import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureArtifact } from '../cache/artifact.ts';
import { hashTree, listTree } from '../cache/hash.ts';
import { runStep } from '../cache/run-step.ts';
import type { ArtifactContext } from '../context.ts';
import { npmCi } from '../toolchains/npm.ts';
import { ensureLayer, type Layer } from '../oci/layer.ts';
import { fileLayer } from './file-layer.ts';
import { SERVICE_KEYS } from './image-names.ts';

/** Packages that run in containers. */
const WORKSPACES = ['contracts', 'kit', ...SERVICE_KEYS].map((name) => `services/${name}`).concat('operator');

const INSTALL_MANIFESTS = ['package.json', 'package-lock.json', '.npmrc'];

/** Nothing that Node loads: type declarations, maps, papers, and builds for bundlers and browsers (half of it all). */
const UNUSED = [
  /\.(d\.[cm]?ts|map|md|markdown)$/,
  /\/@opentelemetry\/[^/]+\/build\/(esm|esnext)$/,
  /\/@(azure|typespec)\/[^/]+\/dist\/(browser|react-native)$/,
];

/** Production dependencies of the services and the operator, as the lockfile has them, at /app. */
export async function dependenciesLayer(context: ArtifactContext): Promise<Layer> {
  const manifests = [...INSTALL_MANIFESTS, ...(await workspaceManifests(context.repository))];
  return ensureLayer(context, {
    name: 'dependencies',
    version: 'npm',
    inputs: [await hashTree(context.repository, manifests), process.arch, ...WORKSPACES, ...UNUSED.map(String)],
    title: "Install the services' dependencies",
    async build(root, step) {
      const app = join(root, 'app');
      await copyFiles(context.repository, manifests, app);
      await npmCi(step, {
        cwd: app,
        purpose: "Installing the services' dependencies",
        args: WORKSPACES.flatMap((workspace) => ['--workspace', workspace]),
      });
      await removeMatching(app, UNUSED);
    },
  });
}

/** package.json of every workspace: npm compares all of them with the lockfile, also those it does not install. */
async function workspaceManifests(repository: string): Promise<string[]> {
  const root: unknown = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'));
  return (root as { workspaces: string[] }).workspaces.map((workspace) => `${workspace}/package.json`);
}

/** The sources of the services and the operator, which Node runs as they are. */
export async function sourcesLayer(context: ArtifactContext): Promise<Layer> {
  const hash = await hashTree(context.repository, WORKSPACES, isRunSource);
  return fileLayer(context, 'sources', [hash], async (root) => {
    const files = await Promise.all(WORKSPACES.map((workspace) => listTree(context.repository, workspace, isRunSource)));
    await copyFiles(context.repository, files.flat(), join(root, 'app'));
  });
}

/** Whether a path belongs into an image: no tests, nothing installed or generated. */
export function isRunSource(path: string): boolean {
  if (path.endsWith('/')) return !/(^|\/)(node_modules|dist|coverage|testing|test|tests|__tests__)\/$/.test(path);
  return !/\.test\.ts$|(^|\/)Dockerfile$|(^|\/)tsconfig[^/]*\.json$|\.md$/.test(path);
}

async function copyFiles(from: string, files: readonly string[], to: string): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await cp(join(from, file), join(to, file));
  }
}

async function removeMatching(folder: string, patterns: readonly RegExp[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (patterns.some((pattern) => pattern.test(path))) await rm(path, { recursive: true });
    else if (entry.isDirectory()) await removeMatching(path, patterns);
  }
}

const WEB_SOURCES = ['web/src', 'web/public', 'web/angular.json', 'web/package.json', 'web/tsconfig.json'];

/** The built web client, where the edge serves it from. */
export async function webClientLayer(context: ArtifactContext): Promise<Layer> {
  const sources = [...WEB_SOURCES, 'services/contracts/src', 'services/client/src', 'package-lock.json'];
  const hash = await hashTree(context.repository, sources);
  const built = await ensureArtifact(context, {
    name: 'web-client',
    version: '0.1.0',
    inputs: [hash],
    title: 'Build the web client',
    needs: () => context.npmPackages,
    async build(directory, step) {
      await runStep(step, {
        command: 'npm',
        args: ['run', 'build', '--workspace', 'web', '--', '--output-path', directory],
        cwd: context.repository,
        env: { ...process.env, NG_CLI_ANALYTICS: 'false', CI: '1' },
        purpose: 'Building the web client',
      });
    },
  });
  return fileLayer(context, 'web-client', [built], (root) =>
    cp(join(built, 'browser'), join(root, 'usr/share/nginx/html'), { recursive: true }),
  );
}
