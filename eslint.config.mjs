import tseslint from 'typescript-eslint';

/** Imports that a layer must not make: dependencies point inward (api -> core <- infrastructure). */
const coreImportsNothingOutward = {
  files: ['services/*/src/core/**/*.ts'],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: ['**/infrastructure/**', '**/api/**'],
            message: 'core imports neither api nor infrastructure.',
          },
          {
            group: [
              'express',
              'mongodb',
              'pg',
              'mssql',
              'redis',
              'amqplib',
              'socket.io',
              'sharp',
              'nodemailer',
              '@azure/*',
              '@aws-sdk/*',
            ],
            message: 'core imports no framework and no driver: put it behind a port.',
          },
        ],
      },
    ],
  },
};

const runtimeKnowsNothingOfChat = {
  files: ['operator/src/runtime/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: ['**/platform/**', '**/api/**', '@chatplatform/*'],
            message: 'the runtime knows nothing of chat.',
          },
        ],
      },
    ],
  },
};

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', 'artifacts/', '**/.angular/', 'web/**'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  coreImportsNothingOutward,
  runtimeKnowsNothingOfChat,
);
