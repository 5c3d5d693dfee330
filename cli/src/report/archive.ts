import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import type { Bundle } from './collect.ts';

/** Characters that are safe in the file names of every system. */
const safe = (path: string) => path.replace(/[^\w./-]/g, '_');

/** Writes a bundle as one folder in a `.tar.gz`, readable by its owner alone. */
export async function writeArchive(bundle: Bundle, file: string, folder: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-report-'));
  try {
    for (const [path, text] of bundle) {
      const target = join(dir, folder, safe(path));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text, { mode: 0o600 });
    }
    await writeFile(file, '', { mode: 0o600 });
    await create({ gzip: true, cwd: dir, file, portable: true }, [folder]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
