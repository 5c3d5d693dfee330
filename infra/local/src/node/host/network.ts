import { run, tryRun } from '../../launcher/run.ts';

/** Adds an address to `lo`, once. */
export async function addLoopbackAddress(address: string): Promise<void> {
  if (await hasLoopbackAddress(address)) return;
  await run('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
}

export async function removeLoopbackAddress(address: string): Promise<void> {
  if (await hasLoopbackAddress(address)) await run('ip', ['address', 'del', `${address}/32`, 'dev', 'lo']);
}

async function hasLoopbackAddress(address: string): Promise<boolean> {
  const { stdout } = await tryRun('ip', ['-oneline', '-4', 'address', 'show', 'dev', 'lo']);
  return stdout.includes(` ${address}/32 `);
}

/** Replaces a table of nftables by `rules`, in one transaction. */
export async function replaceNftTable(family: string, name: string, rules: string): Promise<void> {
  // Adding it first makes the deletion succeed the first time too.
  const script = `add table ${family} ${name}\ndelete table ${family} ${name}\ntable ${family} ${name} {\n${rules}\n}\n`;
  await run('nft', ['-f', '-'], { input: script });
}

/** Deletes tables of nftables; those that are not there are fine. */
export async function deleteNftTables(tables: readonly { family: string; name: string }[]): Promise<void> {
  for (const { family, name } of tables) await tryRun('nft', ['delete', 'table', family, name]);
}
