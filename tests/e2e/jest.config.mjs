import base from '../../jest.config.mjs';

/** End to end: against a running platform named by CHATPLATFORM_URL, one file after another. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/tests/e2e/**/*.e2e.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testSequencer: '<rootDir>/tests/e2e/support/by-name-sequencer.mjs',
  testTimeout: 120_000,
  maxWorkers: 1,
};
