import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

export interface KubeconfigChoice {
  readonly file: string;
  readonly context: string;
}

const schema = z.object({
  'current-context': z.string().nullish(),
  contexts: z.array(z.object({ name: z.string() })).nullish(),
});

interface Contexts {
  readonly file: string;
  readonly current: string | undefined;
  readonly names: readonly string[];
}

export function kubeconfigFiles(given: string | undefined, env: NodeJS.ProcessEnv): string[] {
  if (given !== undefined) return [given];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return listed.length > 0 ? listed : [join(env['HOME'] || homedir(), '.kube', 'config')];
}

async function contextsOf(file: string): Promise<Contexts | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    // kubectl passes over files of $KUBECONFIG that are not there.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CliError(`cannot read the kubeconfig ${file}: ${(error as Error).message}`, { cause: error });
  }
  const document = schema.safeParse(parse(text));
  if (!document.success) throw new CliError(`${file} is no kubeconfig: ${z.prettifyError(document.error)}`);
  const { contexts, 'current-context': current } = document.data;
  return { file, current: current || undefined, names: (contexts ?? []).map(({ name }) => name) };
}

/** Which file describes the wanted context, by kubectl's rules: the first that names it. @throws CliError */
export async function chooseContext(
  files: readonly string[],
  wanted: string | undefined,
): Promise<KubeconfigChoice> {
  const found = (await Promise.all(files.map(contextsOf))).filter((contexts) => contexts !== undefined);
  if (found.length === 0) {
    throw new CliError(`there is no kubeconfig: ${files.join(', ')} does not exist`, {
      remedy: 'set KUBECONFIG, or give --kubeconfig; for the local platform: eval "$(./chatplatform env)"',
    });
  }
  const context = wanted ?? found.find(({ current }) => current !== undefined)?.current;
  const names = found.flatMap((contexts) => contexts.names);
  if (context === undefined) {
    throw new CliError(`${files.join(', ')} sets no current context`, {
      remedy: `give --context, one of: ${names.join(', ') || 'none is defined'}`,
    });
  }
  const home = found.find((contexts) => contexts.names.includes(context));
  if (home === undefined) {
    throw new CliError(`there is no context ${JSON.stringify(context)}`, {
      remedy: `give --context, one of: ${names.join(', ') || 'none is defined'}`,
    });
  }
  return { file: home.file, context };
}
