import { describe, expect, test } from '@jest/globals';
import { skipReason, summarise } from './jest-suite.ts';
import { closingLine, totals } from './report.ts';

const file = (name: string, assertionResults: { fullName: string; status: string }[], status = 'passed') => ({
  name,
  status,
  message: status === 'failed' ? 'cannot be loaded' : '',
  assertionResults,
});

describe('summarise', () => {
  test('a file that cannot be loaded is a failure, not a silence', () => {
    const result = summarise(
      'unit',
      {
        numPassedTests: 1,
        numFailedTests: 0,
        testResults: [
          file('a.test.ts', [{ fullName: 'adds', status: 'passed' }]),
          file('b.test.ts', [], 'failed'),
        ],
      },
      5,
    );
    expect(totals([result])).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(result.failures).toEqual([{ name: 'b.test.ts', message: 'cannot be loaded' }]);
  });

  test('a skip carries the reason out of its title', () => {
    const result = summarise(
      'unit',
      {
        numPassedTests: 0,
        numFailedTests: 0,
        testResults: [
          file('a.test.ts', [{ fullName: 'SQL Server (needs MSSQL_URL) finds', status: 'pending' }]),
        ],
      },
      5,
    );
    expect(result.skipped).toEqual([
      { name: 'SQL Server (needs MSSQL_URL) finds', reason: 'needs MSSQL_URL' },
    ]);
  });
});

test('a skip without a reason is shown as such', () => {
  expect(skipReason('something')).toBe('no reason given');
});

test('the closing line counts all suites together', () => {
  const suite = {
    suite: 's',
    passed: 2,
    failed: 1,
    skipped: [{ name: 'n', reason: 'r' }],
    failures: [],
    durationMs: 1,
  };
  expect(closingLine(totals([suite, suite]))).toBe('4 passed, 2 failed, 2 skipped');
});
