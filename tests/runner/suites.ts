import { ensureChromium } from './browser.ts';
import { bringUpPlatform } from './cluster.ts';
import { jestSuite } from './jest-suite.ts';
import { startTestServers } from './servers.ts';
import { toolSuite } from './static-suite.ts';
import type { Suite } from './suite.ts';

/** All suites, from the quickest to the most thorough. */
export const suites: readonly Suite[] = [
  toolSuite('types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']),
  toolSuite('lint', 'eslint', ['.']),
  toolSuite('format', 'prettier', ['--check', '.']),
  toolSuite('client-build', 'npm', ['run', 'build', '-w', 'web']),
  jestSuite({
    name: 'unit',
    config: 'jest.config.mjs',
    args: ['--testPathIgnorePatterns', '\\.integration\\.test\\.ts$', '/node_modules/'],
  }),
  jestSuite({
    name: 'integration',
    config: 'jest.config.mjs',
    args: ['--testPathPatterns', '\\.integration\\.test\\.ts$'],
    prepare: startTestServers,
  }),
  jestSuite({ name: 'chaos', config: 'tests/chaos/jest.config.mjs' }),
  jestSuite({
    name: 'end-to-end',
    config: 'tests/e2e/jest.config.mjs',
    prepare: async (context) => {
      const [chromium, platform] = [await ensureChromium(context), await bringUpPlatform(context)];
      return {
        ...platform,
        env: { ...platform.env, CHROMIUM: chromium, CHATPLATFORM_ARTIFACTS: context.artifacts },
      };
    },
  }),
];
