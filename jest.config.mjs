/** One Jest for every Node package; the Angular client's specs and the end-to-end suites have runners of their own. */
export default {
  testEnvironment: 'node',
  // A bound against hanging, not a measure: on two busy cores an argon2 hash or a re-encoded picture takes its time.
  testTimeout: 60_000,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' }, swcrc: false },
    ],
  },
  testMatch: ['<rootDir>/{operator,cli,services,infra,observability,tests,bench,web}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/tests/e2e/'],
  modulePathIgnorePatterns: ['<rootDir>/artifacts/', '<rootDir>/web/dist/'],
};
