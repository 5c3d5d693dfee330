import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const module = (path: string) => new URL(path, import.meta.url).href;

/** Prints what is said of this machine; changes nothing. */
const program = `
  import { checkThisMachine } from '${module('./check-this-machine.ts')}';
  import { nodeLayout } from '${module('../layout.ts')}';
  const [state, cache] = process.argv.slice(1);
  try {
    await checkThisMachine(nodeLayout(state, cache), cache);
    console.log('nothing is in the way');
  } catch (error) {
    console.log(error.message);
    process.exit(1);
  }
`;

/** Looks at this machine after `preparation`, a shell script whose mounts nobody else sees. */
function check(preparation: string): { said: string; code: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'preflight-'));
  try {
    const script = `set -eu; folder=$1; node=$2; ${preparation}\nexec "$node" --input-type=module --eval "$3" "$folder/state" "$folder/cache"`;
    const args = ['--mount', '--', 'sh', '-c', script, 'sh', folder, process.execPath, program];
    const { stdout, stderr, status } = spawnSync('unshare', args, { encoding: 'utf8' });
    if (stderr !== '') throw new Error(stderr);
    return { said: stdout, code: status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isRoot = process.getuid?.() === 0;

/** No simulation: a disk that is small, a port that is taken, a group of processes that may have little memory. */
(isRoot ? describe : describe.skip)('a machine on which the node cannot run (needs root)', () => {
  test('too little disk', () => {
    const { said, code } = check('mount -t tmpfs -o size=64m none "$folder"');
    expect(said).toMatch(/only 0\.1 GiB are free on the disk of .*\/state; 10\.0 GiB are needed/);
    expect(said).toMatch(/only 0\.1 GiB are free on the disk of .*\/cache/);
    expect(said).toContain('what to do: make room, or move the folders');
    expect(code).toBe(1);
  });

  test('a cache of which an interrupted run has left nothing but traces counts as empty', () => {
    const { said } = check(
      'mount -t tmpfs -o size=64m none "$folder"; mkdir -p "$folder/cache/artifacts/kubernetes/.partial-x"',
    );
    expect(said).toContain('10.0 GiB are needed');
  });

  test('no package manager', () => {
    expect(check('mount --bind /dev/null "$(command -v apt-get)"').said).toContain('apt-get is missing');
  });

  test('a busy port, with the name of the one who has it', () => {
    const hold = `"$node" -e 'require("net").createServer().listen(10256, "127.0.0.2", () => console.log("held"))' >"$folder/held" & trap 'kill $!' EXIT; until [ -s "$folder/held" ]; do sleep 0.1; done`;
    const holder = `${hold}; "$node" --input-type=module --eval "$3" "$folder/state" "$folder/cache"; exit $?`;
    expect(check(`${holder}\n`).said).toMatch(/port 10256 is taken by .*node.* \(pid \d+\)/);
  });

  test('too little memory in the control group that it runs in', () => {
    const group = `
      legacy=/sys/fs/cgroup/memory
      if [ -d "$legacy" ]; then
        group=$legacy$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)/preflight-$$; limit=memory.limit_in_bytes
      else
        group=/sys/fs/cgroup/preflight-$$; limit=memory.max
      fi
      mkdir "$group"; echo 1073741824 >"$group/$limit"
      (echo 0 >"$group/cgroup.procs"; exec "$node" --input-type=module --eval "$3" "$folder/state" "$folder/cache") || code=$?
      rmdir "$group"; exit $code`;
    const { said, code } = check(group);
    expect(said).toMatch(/only [01]\.\d GiB of memory are free; the platform needs 4\.0 GiB/);
    expect(code).toBe(1);
  });
});
