import { expect, test } from '@jest/globals';
import { COMMANDS } from '../commands/index.ts';
import { complete } from './complete.ts';

const words = async (...given: string[]) =>
  (await complete({ commands: COMMANDS, words: given, platforms: async () => ['demo', 'other'] })).map(
    ({ word }) => word,
  );

test.each<[string[], string[]]>([
  [['st'], ['status']],
  [
    ['status', ''],
    ['demo', 'other'],
  ],
  [['status', 'de'], ['demo']],
  [['status', '--wa'], ['--watch']],
  [
    ['status', '--output', ''],
    ['table', 'json', 'yaml'],
  ],
  [['status', '-o', 'j'], ['json']],
  [['status', '--output=y'], ['--output=yaml']],
  [['completion', 'z'], ['zsh']],
  [
    ['rotate', 'r'],
    ['redis', 'rabbitmq'],
  ],
  [['version', ''], []],
  [['help', 'pl'], ['plan']],
  [['nonsense', ''], []],
])('%j', async (given, expected) => expect(await words(...given)).toEqual(expected));

test('every command is offered', async () => {
  expect(await words('')).toEqual([...COMMANDS.map(({ name }) => name), 'help']);
});
