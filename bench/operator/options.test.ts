import { describe, expect, it } from '@jest/globals';
import { commandOf, parseOperatorArguments, SCENARIOS } from './options.ts';

describe('the command line', () => {
  it('measures everything and keeps nothing unless asked', () => {
    expect(parseOperatorArguments([])).toMatchObject({
      scenarios: SCENARIOS,
      platforms: 100,
      idle: 1000,
      foreign: 5000,
      quick: false,
      save: false,
    });
  });

  it('runs scenarios in their own order, whatever the order they are named in', () => {
    expect(parseOperatorArguments(['foreign', 'create']).scenarios).toEqual(['create', 'foreign']);
  });

  it('lets --quick be refined', () => {
    expect(parseOperatorArguments(['--quick', '--edits', '9'])).toMatchObject({ platforms: 3, edits: 9 });
  });

  it.each([
    [['creation'], 'there is no scenario "creation"'],
    [['--idle', '1e3'], '--idle takes a whole number from 1 to 2000, not "1e3"'],
    [['--steady', '0'], '--steady takes a whole number from 1 to 3600, not "0"'],
    [['--runs', '2'], "Unknown option '--runs'"],
    [['--quick', '--save'], '--quick measures nothing that could be saved'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOperatorArguments(args)).toThrow(message);
  });
});

it('the command that repeats a run leads to the same options', () => {
  const options = parseOperatorArguments([
    ...['create', 'edit', '--platforms', '7', '--ceiling', '3', '--idle', '8', '--steady', '9'],
    ...['--limit', '10', '--edits', '11', '--foreign', '12'],
  ]);
  const again = parseOperatorArguments(commandOf(options).split(' ').slice(3));
  expect(again).toEqual(options);
});
