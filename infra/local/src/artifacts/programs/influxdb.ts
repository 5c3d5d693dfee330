import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildStep, ensureArtifact } from '../cache/artifact.ts';
import { runStep } from '../cache/run-step.ts';
import type { ArtifactContext } from '../context.ts';
import { ensureCCompiler } from '../toolchains/c.ts';
import { ensureGo, goBuild, moduleDirectory } from '../toolchains/go.ts';
import { readStandIns, type StandIns } from '../toolchains/go-stand-ins.ts';
import { ensureCargo } from '../toolchains/rust.ts';
import { versions } from './versions.ts';

/**
 * `influxd` 2 without its pages, Jsonnet, and Flux's drivers of others' databases; linked with the C library of the build
 * machine, so it runs there and on newer ones.
 */
export async function ensureInfluxd(context: ArtifactContext): Promise<string> {
  const standIns = await readStandIns(context, 'influxdb');
  const folder = await ensureArtifact(context, {
    name: 'influxdb',
    version: versions.influxdb,
    inputs: [versions.flux, process.arch, standIns.hash, C_FLAGS, ...TAGS],
    title: 'Compile InfluxDB',
    compile: true,
    needs: () => ensureLibflux(context),
    build: (directory, step) => buildInfluxd(context, standIns, directory, step),
  });
  return join(folder, 'influxd');
}

/** `fipsonly` leaves Flux's drivers of SQL Server and Snowflake out, and with them the SDKs of two clouds. */
const TAGS = ['sqlite_foreign_keys', 'sqlite_json', 'fipsonly'];

/** All the C is SQLite, which holds a few settings: optimised, it would take as long to compile as all of InfluxDB's own Go. */
const C_FLAGS = '-O0';

async function buildInfluxd(
  context: ArtifactContext,
  standIns: StandIns,
  directory: string,
  step: BuildStep,
): Promise<void> {
  const libflux = await ensureLibflux(context);
  const go = await ensureGo(context, step);
  const module = await moduleDirectory(go, step, `github.com/influxdata/influxdb/v2@v${versions.influxdb}`);
  const pkgConfig = await ensureCCompiler(step, 'InfluxDB');
  await goBuild(go, step, {
    module,
    modfile: await standIns.writeModfile(go, step, module, directory),
    packages: ['./cmd/influxd'],
    output: join(directory, 'influxd'),
    variables: { 'main.version': `v${versions.influxdb}`, 'main.commit': 'unknown', 'main.date': '1970-01-01T00:00:00Z' },
    tags: TAGS,
    env: {
      CGO_ENABLED: '1',
      PKG_CONFIG: pkgConfig,
      PKG_CONFIG_PATH: libflux,
      // flux.pc holds no paths: Go's build cache would otherwise keep those of a folder that is gone.
      CGO_CFLAGS: `${C_FLAGS} -I${libflux}/include`,
      CGO_LDFLAGS: `-L${libflux}`,
    },
    what: 'InfluxDB',
  });
}

/** Flux's parser and type checker, a Rust library inside the Go module. */
function ensureLibflux(context: ArtifactContext): Promise<string> {
  return ensureArtifact(context, {
    name: 'libflux',
    version: versions.flux,
    inputs: [process.arch],
    title: 'Compile libflux',
    compile: true,
    build: (directory, step) => buildLibflux(context, directory, step),
  });
}

/**
 * Optimised for a short compile: no link-time optimisation, and build scripts compiled like the library itself, so that
 * what both use is compiled once.
 */
const CARGO_PROFILE = {
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_CODEGEN_UNITS: '16',
};

async function buildLibflux(context: ArtifactContext, directory: string, step: BuildStep): Promise<void> {
  const go = await ensureGo(context, step);
  const module = await moduleDirectory(go, step, `github.com/influxdata/flux@v${versions.flux}`);
  await ensureCCompiler(step, 'InfluxDB');
  const cargo = await ensureCargo(step, 'InfluxDB');
  const work = join(directory, 'work');
  // A copy, because a module is read-only; without the file that would have rustup fetch one certain old compiler.
  await cp(module, work, { recursive: true, filter: (file) => !file.endsWith('rust-toolchain.toml') });
  await runStep(step, { command: 'chmod', args: ['-R', 'u+w', work], purpose: 'Copying libflux' });
  await runStep(step, {
    command: cargo,
    args: [
      ...['rustc', '--release', '--locked', '--package', 'flux', '--lib', '--crate-type', 'staticlib'],
      ...['--no-default-features', '--features', 'cffi'],
    ],
    cwd: join(work, 'libflux'),
    env: { ...process.env, ...CARGO_PROFILE, CARGO_TARGET_DIR: join(work, 'target') },
    purpose: 'Compiling libflux',
    remedy: 'if the log speaks of a crate that cannot be fetched, see whether the registry of Rust crates can be reached from here',
  });
  await cp(join(work, 'target/release/libflux.a'), join(directory, 'libflux.a'));
  await cp(join(work, 'libflux/include'), join(directory, 'include'), { recursive: true });
  await writeFile(join(directory, 'flux.pc'), pkgConfigFile());
  await runStep(step, { command: 'rm', args: ['-rf', work], purpose: 'Cleaning up after libflux' });
}

function pkgConfigFile(): string {
  return `Name: flux\nDescription: Flux\nVersion: ${versions.flux}\nLibs: -lflux -ldl -lpthread -lm\n`;
}
