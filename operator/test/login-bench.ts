import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { createArtifactContext, ensureHostPackages } from '../../infra/local/src/artifacts/index.ts';
import type { ArtifactContext } from '../../infra/local/src/artifacts/index.ts';
import { createConsoleProgress } from '../../infra/local/src/launcher/progress.ts';
import { libraryPath } from '../../infra/local/src/stores/store.ts';
import { freePort } from '../../infra/local/src/stores/network.ts';
import type { StoreContext } from '../../infra/local/src/stores/store.ts';
import type { Platform } from '../src/platform/model.ts';
import type { Credentials } from '../src/platform/secrets/credentials.ts';
import { credentialsOf, loginRotation } from '../src/platform/secrets/login-rotation.ts';
import type { LoginValues } from '../src/platform/secrets/login-rotation.ts';
import { acceptedLogins } from '../src/platform/secrets/logins.ts';
import type { Login } from '../src/platform/secrets/logins.ts';
import type { RotatableStore, RotationPhase } from '../src/platform/secrets/rotation.ts';
import { SETUP_PATH } from '../src/platform/store-logins/setup.ts';
import type { LoginSetup } from '../src/platform/store-logins/setup.ts';
import { platformOf } from './platform-of.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** A platform whose stores are its own. */
export const plain = platformOf({ profile: 'Development', stores: { sql: { engine: 'PostgreSQL' } } });

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const valuesOf = (store: RotatableStore, credentials: Credentials): LoginValues =>
  Object.fromEntries(credentialsOf(store).map((name) => [name, credentials[name]]));

/** The platform in each phase of two rotations after another: there, and back to the first user. */
function* rotations(
  store: RotatableStore,
  from: Platform,
): Generator<{ phase: RotationPhase; platform: Platform }> {
  let made = 0;
  const course = loginRotation({ newPassword: () => `made-password-${(made += 1)}`, filesArriveMs: 0 });
  let values = valuesOf(store, from.credentials);
  const platform = (): Platform => ({ ...from, credentials: { ...from.credentials, ...values } });
  for (let rotation = 0; rotation < 2; rotation += 1) {
    let step = course.begin(values);
    while (step.phase !== 'Done') {
      values = step.value;
      yield { phase: step.phase, platform: platform() };
      step = course.after(step.phase, values);
    }
  }
}

const key = ({ user, password }: Login) => `${user}:${password}`;

/** Takes real stores through rotations of their logins, by what the operator's Jobs would run. */
export class LoginBench {
  readonly #running: { stop(): Promise<void> }[] = [];
  #programs = '';
  dir = '';
  context!: StoreContext;
  artifacts!: ArtifactContext;

  /** Call once in a test file. */
  static use(): LoginBench {
    const bench = new LoginBench();
    beforeAll(() => bench.#prepare(), 120_000);
    afterAll(async () => {
      await Promise.all(bench.#running.map((server) => server.stop()));
      await rm(bench.dir, { recursive: true, force: true });
    });
    return bench;
  }

  async #prepare(): Promise<void> {
    this.dir = await mkdtemp(join(tmpdir(), 'chatplatform-logins-'));
    await chmod(this.dir, 0o755);
    this.artifacts = createArtifactContext({
      progress: createConsoleProgress(process.stderr),
      repository: REPOSITORY,
    });
    const packages = await ensureHostPackages(this.artifacts, [
      'redis-server',
      'rabbitmq-server',
      'postgresql',
    ]);
    this.context = { packages, dir: this.dir, port: () => freePort() };
    const postgresql = `${packages}/usr/lib/postgresql`;
    const [version = ''] = await readdir(postgresql);
    const folders = [`${packages}/usr/bin`, `${postgresql}/${version}/bin`, process.env['PATH'] ?? ''];
    this.#programs = folders.join(':');
  }

  /** Ends when the file does. */
  endWithFile(server: { stop(): Promise<void> }): void {
    this.#running.push(server);
  }

  async run(
    [program = '', ...args]: readonly string[],
    options: { env?: Record<string, string>; cwd?: string; input?: string } = {},
  ): Promise<Ended> {
    const child = spawn(program, args, {
      cwd: options.cwd ?? this.dir,
      env: { ...libraryPath(this.context.packages), ...options.env, PATH: this.#programs },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdin.end(options.input ?? '');
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  }

  /** Runs what the Job would, against a server on this machine. */
  async apply(setup: LoginSetup, port: number): Promise<Ended> {
    const files = join(this.dir, `setup-${setup.store}`);
    await mkdir(files, { recursive: true });
    for (const [name, value] of Object.entries(setup.files)) await writeFile(join(files, name), value);
    const here = (text: string) =>
      text
        .replaceAll(SETUP_PATH, files)
        .replaceAll(`demo-${setup.store}`, '127.0.0.1')
        .replaceAll(String(setup.port), String(port));
    const secrets = Object.entries(setup.secretEnv ?? {}).map(([key, file]) => [
      key,
      setup.files[file] ?? '',
    ]);
    const plainEnv = Object.entries(setup.env ?? {}).map(([key, value]) => [key, here(value)]);
    return this.run(setup.command.map(here), {
      cwd: setup.command[0] === 'node' ? join(REPOSITORY, 'services', setup.image) : this.dir,
      env: Object.fromEntries([...plainEnv, ...secrets]) as Record<string, string>,
    });
  }

  /** Takes a store through both rotations and looks, after each phase, which of all logins it lets in. */
  async expectOnlyAccepted(options: {
    readonly store: RotatableStore;
    /** @default plain */
    readonly from?: Platform;
    readonly setup: (platform: Platform) => LoginSetup;
    readonly port: number;
    readonly letsIn: (login: Login) => Promise<boolean>;
    readonly meanwhile?: (logins: readonly Login[]) => Promise<void>;
  }): Promise<{ used: Login; refused: Login }> {
    const known = new Map<string, Login>();
    for (const { phase, platform } of rotations(options.store, options.from ?? plain)) {
      const logins = credentialsOf(options.store).flatMap((name) =>
        acceptedLogins(platform.credentials, name),
      );
      for (const login of logins) known.set(key(login), login);
      const ended = await this.apply(options.setup(platform), options.port);
      expect({ phase, ...ended }).toMatchObject({ code: 0 });
      const letIn: string[] = [];
      for (const login of known.values()) if (await options.letsIn(login)) letIn.push(key(login));
      expect({ phase, letIn: letIn.sort() }).toEqual({ phase, letIn: logins.map(key).sort() });
      await options.meanwhile?.(logins);
    }
    // Each of the two rotations has made a new one; all but the last of each credential were revoked.
    expect(known.size).toBe(3 * credentialsOf(options.store).length);
    const [refused, used] = [[...known.values()][0], [...known.values()].at(-1)];
    if (used === undefined || refused === undefined) throw new Error('no login was known');
    return { used, refused };
  }
}
