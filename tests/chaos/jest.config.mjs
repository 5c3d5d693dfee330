import base from '../../jest.config.mjs';

/** Real processes that are killed; a file has a world of its own, so one after another. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/tests/chaos/**/*.chaos.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  // A bound against hanging: a broker that is started again takes half a minute on a busy machine.
  testTimeout: 240_000,
};
