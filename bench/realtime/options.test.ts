import { describe, expect, it } from '@jest/globals';
import { commandOf, parseRealtimeArguments, SCENARIOS } from './options.ts';

describe('the command line', () => {
  it('measures everything, pinned, and keeps nothing unless asked', () => {
    const options = parseRealtimeArguments([]);
    expect(options).toMatchObject({ scenarios: SCENARIOS, runs: 5, pinned: true, save: false, quick: false });
  });

  it('takes scenarios and numbers', () => {
    const options = parseRealtimeArguments(['fan-out', '--members', '100,5000', '--runs', '3', '--unpinned']);
    expect(options).toMatchObject({ scenarios: ['fan-out'], members: [100, 5000], runs: 3, pinned: false });
  });

  it('lets --quick be refined', () => {
    expect(parseRealtimeArguments(['--quick', '--sockets', '7'])).toMatchObject({ runs: 1, sockets: 7 });
  });

  it.each([
    [['fanout'], 'there is no scenario "fanout"'],
    [['--members', '10,x'], '--members takes whole numbers from 1 to 10000, not "x"'],
    [['--members', '1e9'], '--members takes whole numbers from 1 to 10000, not "1e9"'],
    [['--runs', '0'], '--runs takes a whole number from 1 to 50, not "0"'],
    [['--runs', '1,2'], '--runs takes a whole number from 1 to 50, not "1,2"'],
    [['--fast'], "Unknown option '--fast'"],
    [['--quick', '--save'], '--quick measures nothing that could be saved'],
  ])('refuses %j', (args, message) => {
    expect(() => parseRealtimeArguments(args)).toThrow(message);
  });
});

describe('the command that repeats a scenario', () => {
  it.each(SCENARIOS)('of %s leads to the same figures', (scenario) => {
    const options = parseRealtimeArguments([
      ...['--runs', '3', '--gateways', '2', '--members', '7,8', '--messages', '9', '--senders', '4'],
      ...['--channels', '3', '--returning', '12', '--past', '13'],
      ...['--rate', '70', '--seconds', '6', '--sockets', '11', '--unpinned'],
    ]);
    const command = commandOf(scenario, options);
    const again = parseRealtimeArguments(command.split(' ').slice(3));
    expect(again.scenarios).toEqual([scenario]);
    expect(commandOf(scenario, again)).toBe(command);
    expect(again).toMatchObject({ runs: 3, pinned: false });
  });

  it('says what shapes the figures and nothing else', () => {
    expect(commandOf('idle-sockets', parseRealtimeArguments(['--members', '5']))).toBe(
      './chatplatform bench realtime idle-sockets --runs 5 --sockets 10000',
    );
  });
});
