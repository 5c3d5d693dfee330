import { runCommand } from './command.ts';
import type { SuiteContext } from './suite.ts';
import type { TestServers } from './servers.ts';

/** A running platform by the README's own commands: `up`, then `eval "$(./chatplatform env)"`; `down` when the suite ends. */
export async function bringUpPlatform(context: SuiteContext): Promise<TestServers> {
  const run = async (name: string, args: string[], onLine?: (line: string) => void) => {
    const { code, tail } = await runCommand(`${context.root}/chatplatform`, args, {
      cwd: context.root,
      env: context.env,
      logFile: `${context.artifacts}/logs/${name}.log`,
      ...(onLine === undefined ? {} : { onLine }),
    });
    if (code !== 0) throw new Error(`./chatplatform ${args.join(' ')} ended with ${code}:\n${tail}`);
    return tail;
  };
  const down = async () => {
    await run('down', ['down']);
  };
  try {
    await run('up', ['up'], context.log);
    return { env: parseExports(await run('env', ['env']), context.env), stop: down };
  } catch (error) {
    await down().catch((cause: unknown) => context.log(`down failed too: ${String(cause)}`));
    throw error;
  }
}

/** Reads `export NAME="value"` lines as a shell would; `$PATH` in a value is the one given. */
export function parseExports(text: string, env: Record<string, string>): Record<string, string> {
  const pairs = [...text.matchAll(/^export ([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(\S*))$/gm)].map(
    ([, name = '', double, single, bare]) => {
      const value = double ?? single ?? bare ?? '';
      const expanded = single === undefined ? value.replace(/\$\{?PATH\}?/g, env['PATH'] ?? '') : value;
      return [name, expanded] as const;
    },
  );
  return Object.fromEntries(pairs);
}
