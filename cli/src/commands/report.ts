import { resolve } from 'node:path';
import { UsageError } from '../cli-error.ts';
import type { Command } from '../command-line/command.ts';
import { PLATFORM } from '../command-line/options.ts';
import { findOperators } from '../cluster/operators.ts';
import { findPlatform } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import { noStyle } from '../output/style.ts';
import { parseDuration } from '../output/duration.ts';
import { writeArchive } from '../report/archive.ts';
import { bundleOf } from '../report/bundle.ts';
import { collect } from '../report/collect.ts';
import { renderStatus } from '../status/render.ts';
import { platformReport } from '../status/report.ts';
import { clientVersion } from '../version.ts';

export const report: Command = {
  name: 'report',
  summary: 'Write a support bundle, with secrets removed.',
  description:
    'Collects status, objects, events and logs of a platform and of its operator into one .tar.gz. Of Secrets only the\n' +
    'names of their keys are kept; their values, and whatever looks like a password or a token, are removed from\n' +
    'everything else. What you may not read is noted in gaps.txt. Look through it before you hand it on.',
  positional: PLATFORM,
  options: {
    file: {
      type: 'string',
      value: 'FILE',
      text: 'Where to write it (default: chatplatform-report-PLATFORM-TIME.tar.gz).',
    },
    since: { type: 'string', value: 'DURATION', text: 'How far back logs go.', default: '1h' },
  },
  examples: [['kubectl chatplatform report demo', 'Before asking for help']],
  run: (session, args) => {
    const since = parseDuration(args.text('since') ?? '');
    if (since === undefined) throw new UsageError('--since is a duration such as 30m, 2h or 1d');
    return session.withCluster(args, async (cluster) => {
      const { signal } = session;
      const platform = await findPlatform(cluster, args.positional, signal);
      const { name } = platform.metadata;
      const client = await clientVersion();
      const operators = (await findOperators(cluster, signal)) ?? [];
      const gaps: string[] = [];
      const collected = await collect({
        cluster,
        platform,
        operators,
        sinceSeconds: Math.ceil(since / 1000),
        signal,
        onGap: (what, why) => gaps.push(`${what}: ${why}`),
      });
      const pods = collected.objects.filter(({ kind }) => kind === 'Pod');
      const files = new Map([
        ['status.txt', renderStatus(platformReport(platform, pods), { style: noStyle, now: session.now() })],
        ['versions.json', `${JSON.stringify({ client, operators }, null, 2)}\n`],
      ]);
      const time = new Date(session.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
      const folder = `chatplatform-report-${name}-${time}`;
      const file = resolve(args.text('file') ?? `${folder}.tar.gz`);
      await writeArchive(bundleOf({ collected, files, gaps }), file, folder);
      session.out.write(`${file}\n`);
      if (gaps.length > 0) session.err.write(`${gaps.length} things could not be read: see gaps.txt in it\n`);
      return EXIT.ok;
    });
  },
};
