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

/** Suites that run side by side: as many at once as there are lanes, and a lane that is free takes the next. */
export interface Stage {
  readonly lanes: number;
  readonly suites: readonly Suite[];
}

/**
 * From the quickest to the most thorough, stage after stage; within one, what takes longest first. What waits for servers
 * leaves a core to what computes. Suites share no server.
 */
export const stages: readonly Stage[] = [
  {
    lanes: 2,
    suites: [
      jestSuite({
        name: 'unit',
        config: 'jest.config.mjs',
        // Two, for the time when nothing else of the stage is left.
        args: ['--maxWorkers', '2', '--testPathIgnorePatterns', INTEGRATION, '/node_modules/'],
      }),
      toolSuite('types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']),
      toolSuite('format', 'prettier', ['--check', '.']),
      toolSuite('lint', 'eslint', ['.']),
      toolSuite('client-build', 'npm', ['run', 'build', '-w', 'web']),
    ],
  },
  {
    lanes: 3,
    suites: [
      integration('reconcile', OPERATOR_FOLDERS, startCluster, { paths: RECONCILING }),
      integration('operator', OPERATOR_FOLDERS, startCluster, { but: RECONCILING }),
      integration('services', SERVICE_FOLDERS, startServiceStores),
      integration('tools', TOOL_FOLDERS, startCluster),
      jestSuite({ name: 'chaos', config: 'tests/chaos/jest.config.mjs' }),
    ],
  },
  {
    lanes: 1,
    suites: [
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
  },
];

/** In the order of the report. */
export const suites: readonly Suite[] = stages.flatMap((stage) => stage.suites);
