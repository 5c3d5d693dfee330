import { join } from 'node:path';
import type { BuildStep } from '../cache/artifact.ts';
import { installSystemPackages } from '../debian/install.ts';
import { askVersion, isAtLeast } from './version.ts';

export interface Jdk {
  javac: string;
  jlink: string;
}

const MINIMUM = [17, 0] as const;

/** A JDK that can compile and link: `JAVA_HOME`'s, else the PATH's, else Debian's, installed for it. */
export async function ensureJdk(step: BuildStep): Promise<Jdk> {
  const found = await findJdk();
  if (found !== undefined) return found;
  await installSystemPackages(step, ['default-jdk-headless'], 'The MongoDB stand-in');
  return { javac: 'javac', jlink: 'jlink' };
}

async function findJdk(): Promise<Jdk | undefined> {
  const home = process.env['JAVA_HOME'];
  for (const folder of [...(home === undefined ? [] : [join(home, 'bin')]), '']) {
    const jdk = { javac: join(folder, 'javac'), jlink: join(folder, 'jlink') };
    const [javac, jlink] = await Promise.all([
      askVersion(jdk.javac, ['-version']),
      askVersion(jdk.jlink, ['--version']),
    ]);
    if (isAtLeast(javac, MINIMUM) && isAtLeast(jlink, MINIMUM)) return jdk;
  }
  return undefined;
}

/** Maven, installed when it is not there. */
export async function ensureMaven(step: BuildStep): Promise<string> {
  if ((await askVersion('mvn', ['--version'])) === undefined) {
    await installSystemPackages(step, ['maven'], 'The MongoDB stand-in');
  }
  return 'mvn';
}
