import { describe, expect, test } from '@jest/globals';
import { eventsOf } from './events.ts';

const condition = (type: string, status: 'True' | 'False', reason = 'R', message = 'm') => ({
  type,
  status,
  reason,
  message,
});
const reasons = (...args: Parameters<typeof eventsOf>) => eventsOf(...args).map(({ reason }) => reason);

describe('events', () => {
  const ready = condition('Ready', 'True');
  const notReady = condition('Ready', 'False');

  test('tell of changes, not of states', () => {
    expect(reasons([ready], [ready])).toEqual([]);
    expect(reasons([notReady], [ready])).toEqual(['Ready']);
    expect(reasons([ready], [notReady])).toEqual(['NotReady']);
  });

  test('a platform that begins has lost nothing', () => {
    expect(reasons([], [notReady, condition('Available', 'False'), condition('Paused', 'False')])).toEqual(
      [],
    );
  });

  test('trouble is a warning, told again when its reason changes, and its end is told', () => {
    const missing = condition('Degraded', 'True', 'SecretMissing', 'Secret "a"');
    const failing = condition('Degraded', 'True', 'PodsFailing', 'chat crashes');
    const fine = condition('Degraded', 'False', 'Healthy');
    expect(eventsOf([fine], [missing])).toEqual([
      { type: 'Warning', reason: 'SecretMissing', action: 'Reconcile', note: 'Secret "a"' },
    ]);
    expect(reasons([missing], [failing])).toEqual(['PodsFailing']);
    expect(eventsOf([failing], [fine])[0]).toMatchObject({ reason: 'Recovered', note: 'over: chat crashes' });
  });

  test('pausing and resuming', () => {
    const [paused, going] = [condition('Paused', 'True'), condition('Paused', 'False')];
    expect(reasons([going], [paused])).toEqual(['Paused']);
    expect(reasons([paused], [going])).toEqual(['Resumed']);
  });

  test('people being cut off is a warning', () => {
    const [up, down] = [condition('Available', 'True'), condition('Available', 'False', 'ComponentsDown')];
    expect(eventsOf([up], [down])[0]).toMatchObject({ type: 'Warning', reason: 'NotAvailable' });
  });
});
