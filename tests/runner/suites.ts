import { ensureChromium } from './browser.ts';
import { bringUpPlatform } from './cluster.ts';
import { jestSuite, type Prepare } from './jest-suite.ts';
import { startCluster, startServiceStores } from './servers.ts';
import { toolSuite } from './static-suite.ts';
import type { Suite } from './suite.ts';

/** Top-level folders of the integration tests. Those of operator and tools need an API server, those of services stores. */
const OPERATOR_FOLDERS = ['operator'];
const TOOL_FOLDERS = ['cli', 'infra', 'tests'];
const SERVICE_FOLDERS = ['services', 'bench'];
export const integrationFolders: readonly string[] = [
  ...OPERATOR_FOLDERS,
  ...TOOL_FOLDERS,
  ...SERVICE_FOLDERS,
];

const INTEGRATION = '\\.integration\\.test\\.ts$';
/** Those of whole platforms take as long as all others of the operator together. */
const RECONCILING = '/operator/src/reconcile[^/]*\\.integration\\.test\\.ts$';

/** @param only the files that are run, and those of them that are not, as patterns of their paths */
const integration = (
  name: string,
  folders: readonly string[],
  prepare: Prepare,
  only: { readonly paths?: string; readonly but?: string } = {},
): Suite =>
  jestSuite({
    name,
    config: 'jest.config.mjs',
    args: [
      '--roots',
      ...folders.map((folder) => `<rootDir>/${folder}`),
      ...['--testPathPatterns', only.paths ?? INTEGRATION],
      ...['--testPathIgnorePatterns', ...(only.but === undefined ? [] : [only.but]), '/node_modules/'],
    ],
    prepare,
  });

/**
 * From the quickest to the most thorough, stage after stage. The lanes of a stage run side by side, the suites of a lane
 * in turn: what waits for servers leaves a core to what computes. Suites of different lanes share no server.
 */
export const stages: readonly (readonly (readonly Suite[])[])[] = [
  [
    [
      toolSuite('types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']),
      toolSuite('format', 'prettier', ['--check', '.']),
      toolSuite('lint', 'eslint', ['.']),
      toolSuite('client-build', 'npm', ['run', 'build', '-w', 'web']),
    ],
    [
      jestSuite({
        name: 'unit',
        config: 'jest.config.mjs',
        args: ['--testPathIgnorePatterns', INTEGRATION, '/node_modules/'],
      }),
    ],
  ],
  [
    [integration('reconcile', OPERATOR_FOLDERS, startCluster, { paths: RECONCILING })],
    [
      integration('operator', OPERATOR_FOLDERS, startCluster, { but: RECONCILING }),
      integration('tools', TOOL_FOLDERS, startCluster),
    ],
    [
      integration('services', SERVICE_FOLDERS, startServiceStores),
      jestSuite({ name: 'chaos', config: 'tests/chaos/jest.config.mjs' }),
    ],
  ],
  [
    [
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
    ],
  ],
];

/** In the order of the report. */
export const suites: readonly Suite[] = stages.flat(2);
