import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildStep } from '../cache/artifact.ts';
import { runStep } from '../cache/run-step.ts';
import type { ArtifactContext } from '../context.ts';
import { run } from '../../launcher/run.ts';
import { versions } from '../programs/versions.ts';
import { installSystemPackages } from '../debian/install.ts';
import { askVersion, isAtLeast } from './version.ts';

export interface GoToolchain {
  command: string;
  /** Environment of every call: caches inside ours, nothing of the user's build flags. */
  env: NodeJS.ProcessEnv;
}

/** What the oldest of the modules asks for (Kubernetes 1.35). */
const MINIMUM = [1, 25] as const;
/** From here on `go` fetches a newer toolchain by itself. */
const FETCHES_TOOLCHAINS = [1, 21] as const;

/** Each compiler lives for seconds: to collect its garbage seldom saves a fifth of the work, for some 100 MiB more each. */
const LITTLE_COLLECTION = { GOGC: '400', GOMEMLIMIT: '1GiB' };

/** A Go that compiles the modules: the machine's own where it is new enough, else one from the Go module proxy. */
export async function ensureGo(context: ArtifactContext, step: BuildStep): Promise<GoToolchain> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    GOFLAGS: '',
    GOWORK: 'off',
    GO111MODULE: 'on',
    GOTOOLCHAIN: 'local',
    GOCACHE: join(context.cacheDirectory, 'go-build'),
    ...LITTLE_COLLECTION,
  };
  let own = await askVersion('go', ['version']);
  if (isAtLeast(own, MINIMUM)) return { command: 'go', env };
  if (own === undefined) {
    await installSystemPackages(step, ['golang-go'], 'The Kubernetes node');
    own = await askVersion('go', ['version']);
  }
  if (isAtLeast(own, FETCHES_TOOLCHAINS)) {
    return { command: 'go', env: { ...env, GOTOOLCHAIN: `go${versions.go}` } };
  }
  const root = await fetchToolchain(step, env);
  return { command: join(root, 'bin/go'), env: { ...env, GOROOT: root } };
}

/**
 * An older Go cannot run a newer one, but can fetch it: a toolchain is a module. Files of a module are never executable,
 * so the programs among them are made so.
 */
async function fetchToolchain(step: BuildStep, env: NodeJS.ProcessEnv): Promise<string> {
  step.report(`fetching Go ${versions.go}`);
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const module = `golang.org/toolchain@v0.0.1-go${versions.go}.linux-${arch}`;
  const directory = await moduleDirectory({ command: 'go', env }, step, module);
  for (const folder of ['bin', `pkg/tool/linux_${arch}`]) {
    const programs = await readdir(join(directory, folder)).catch(() => []);
    await Promise.all(programs.map((program) => chmod(join(directory, folder, program), 0o755)));
  }
  return directory;
}

/** Folder of a module in the user's module cache, fetched first if it is not there. */
export async function moduleDirectory(go: GoToolchain, step: BuildStep, module: string): Promise<string> {
  await runStep(step, {
    command: go.command,
    args: ['mod', 'download', module],
    env: go.env,
    purpose: `Fetching the Go module ${module}`,
    remedy: 'see whether the Go module proxy (go env GOPROXY) can be reached from here, then run the command again',
  });
  const answer: unknown = JSON.parse(
    await run(go.command, ['mod', 'download', '-json', module], { env: go.env }),
  );
  return (answer as { Dir: string }).Dir;
}

export interface GoBuild {
  /** Folder of the module. */
  module: string;
  /** A go.mod to use instead of the module's own, with its go.sum beside it. */
  modfile?: string;
  packages: readonly string[];
  /** A folder that ends with a slash (programs are named like their packages), or a file. */
  output: string;
  /** Values of string variables, by `importpath.name`. */
  variables: Record<string, string>;
  tags?: readonly string[];
  env?: Record<string, string>;
  /** What is built, to say when it fails. */
  what: string;
}

/** Builds programs: static unless the environment says `CGO_ENABLED=1`, without symbols or paths of this machine. */
export async function goBuild(go: GoToolchain, step: BuildStep, build: GoBuild): Promise<void> {
  const variables = Object.entries(build.variables).map(([name, value]) => `-X ${name}=${value}`);
  await runStep(step, {
    command: go.command,
    args: [
      ...['build', '-v', '-trimpath', '-buildvcs=false'],
      // The linker drops what debuggers need; not to make it in the first place saves a fifth of the compile.
      '-gcflags=all=-dwarf=false',
      ...(build.modfile === undefined ? [] : [`-modfile=${build.modfile}`]),
      ...(build.tags === undefined ? [] : ['-tags', build.tags.join(',')]),
      ...['-ldflags', ['-s', '-w', ...variables].join(' ')],
      ...['-o', build.output, ...build.packages],
    ],
    cwd: build.module,
    env: { ...go.env, CGO_ENABLED: '0', ...build.env },
    purpose: `Compiling ${build.what}`,
    remedy: 'if the log speaks of a module that cannot be fetched, see whether the Go module proxy can be reached',
  });
}
