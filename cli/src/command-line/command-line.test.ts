import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../cli-error.ts';
import { COMMANDS } from '../commands/index.ts';
import { status } from '../commands/status.ts';
import { commandHelp, optionSyntax, optionText } from './help.ts';
import { parseCommandLine } from './parse.ts';
import { reference } from './reference.ts';

const words = (text: string) => text.replaceAll(/[\s|\\-]+/g, ' ').trim();

test('the README describes what there is: else run `npm run generate -w cli`', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  // Spaces and lines are the formatter's.
  expect(words(readme).endsWith(words(reference(COMMANDS)))).toBe(true);
});

test('help names every option with what it does', () => {
  for (const command of COMMANDS) {
    const help = commandHelp(command);
    for (const [name, spec] of Object.entries(command.options)) {
      expect(help).toContain(optionSyntax(name, spec));
      expect(help).toContain(optionText(spec));
    }
  }
});

describe('a command line', () => {
  test('is read with its defaults', () => {
    const args = parseCommandLine(status, ['demo', '-n', 'chat', '--watch']);
    expect(args.positional).toBe('demo');
    expect(args.text('namespace')).toBe('chat');
    expect([args.flag('watch'), args.flag('all-namespaces'), args.format]).toEqual([true, false, 'table']);
  });

  test.each([
    [['--wach'], "Unknown option '--wach'"],
    [['-o', 'xml'], '--output is one of table, json, yaml, not "xml"'],
    [['demo', 'other'], '"other" is one argument too many'],
    [['--namespace'], 'argument missing'],
  ])('%j is refused', (argv, message) => {
    expect(() => parseCommandLine(status, argv)).toThrow(UsageError);
    expect(() => parseCommandLine(status, argv)).toThrow(message);
  });
});
