import { describe, expect, test } from '@jest/globals';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { objectLabels } from '@chatplatform/operator/platform/labels';
import { eventually } from '../../operator/test/api-server.ts';
import { condition } from '../../operator/test/platform-bench.ts';
import type { PlatformReport } from '../src/status/report.ts';
import { useCliBench } from './cli-bench.ts';

const { bench, run } = useCliBench();

describe('status', () => {
  test('shows every component of a platform with its reason, for people and for programs', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const human = await run('status', '-n', namespace);
    expect(human).toMatchObject({ code: 0, stderr: '' });
    expect(human.stdout).toContain(`${namespace}/demo  Ready  0.1.0  http://chat.test:30080\n`);
    expect(human.stdout).toMatch(/[├└]─ ✓ Ready +True +Serving/);
    expect(human.stdout).toMatch(/[├└]─ ✓ chat +Ready +1\/1 +Serving/);
    expect(human.stdout).not.toMatch(/\u001b/);

    const { stdout } = await run('status', 'demo', '-n', namespace, '-o', 'json');
    const found = JSON.parse(stdout) as PlatformReport;
    expect(found).toMatchObject({ name: 'demo', ready: true, stale: false, version: { current: '0.1.0' } });
    const names = found.stages.flatMap(({ components }) => components.map(({ name }) => name));
    const { components } = (await bench.statusOf(namespace)) ?? {};
    expect(names.sort()).toEqual(components?.map(({ name }) => name).sort());
  }, 60_000);

  test('says which component waits, and what is wrong with its Pod', async () => {
    const namespace = await bench.start({}, { settling: false });
    await eventually(
      'a gate',
      async () => condition(await bench.statusOf(namespace), 'Progressing')?.reason === 'WaitingAtGate',
    );
    const metadata = { name: 'demo-redis-0', namespace, labels: objectLabels({ name: 'demo' }, 'redis') };
    const spec = { containers: [{ name: 'redis', image: 'redis' }] };
    await bench.client.create(KINDS.pod, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
    const containerStatuses = [
      { name: 'redis', image: 'redis', imageID: '', ready: false, restartCount: 0, state: { waiting } },
    ];
    await bench.client.mergePatch(
      KINDS.pod,
      { namespace, name: 'demo-redis-0' },
      { status: { containerStatuses } },
      { subresource: 'status' },
    );
    const { stdout } = await run('status', '-n', namespace);
    expect(stdout).toContain('not Ready');
    expect(stdout).toContain('demo-redis-0: ImagePullBackOff');
    expect(stdout).toMatch(/· chat +Waiting/);
  }, 60_000);
});
