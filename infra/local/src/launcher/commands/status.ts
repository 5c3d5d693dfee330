import { join } from 'node:path';
import { readPlatform } from '../../cluster/platform/install.ts';
import { isReady } from '../../cluster/platform/conditions.ts';
import { describeUnreadyPods } from '../../cluster/platform/unready-pods.ts';
import { demo, operator } from '../../cluster/platform/demo.ts';
import type { Kubectl } from '../../cluster/kubectl.ts';
import { describeProcesses } from '../../node/process-table.ts';
import { readClusterRecord } from '../cluster-record.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';
import { kubectlIfPresent } from './down.ts';

/** Shows what runs. @returns whether the platform is Ready and all processes run */
export async function status(session: Session): Promise<boolean> {
  const record = await readClusterRecord(session.state);
  if (record === undefined) {
    session.print('Nothing is up. To bring a platform up: ./chatplatform up');
    return false;
  }
  const processesRun = record.kind !== 'embedded' || (await printProcesses(session));
  const kubectl = await kubectlIfPresent(session);
  if (kubectl === undefined) {
    session.print('\nThe cluster is not up yet; ./chatplatform up goes on.');
    return false;
  }
  await printNodes(session, kubectl);
  return (await printPlatform(session, kubectl)) && processesRun;
}

async function printProcesses({ layout, print }: Session): Promise<boolean> {
  const processes = await describeProcesses(layout);
  print(
    renderTable([
      ['PROCESS', 'PID', 'STATE', 'UPTIME', 'MEMORY', 'RESTARTS', 'LOG'],
      ...processes.map(({ name, pid, state, uptime, memory, restarts }) => [
        name, pid, state, uptime, memory, restarts, join(layout.logs, `${name}.log`),
      ]),
    ]),
  ); // prettier-ignore
  return processes.every(({ state }) => state === 'running');
}

async function printNodes({ print }: Session, kubectl: Kubectl): Promise<void> {
  const columns =
    'NODE:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status,VERSION:.status.nodeInfo.kubeletVersion,ADDRESS:.status.addresses[?(@.type=="InternalIP")].address';
  const { code, stdout } = await kubectl.try(
    'get',
    'nodes',
    `--output=custom-columns=${columns}`,
    '--request-timeout=5s',
  );
  print(code === 0 ? `\n${stdout.trimEnd()}` : '\nThe API server does not answer.');
}

async function printPlatform({ print }: Session, kubectl: Kubectl): Promise<boolean> {
  const platform = await readPlatform(kubectl);
  if (platform === undefined) {
    print(`\nThere is no platform ${demo.name} in the namespace ${demo.namespace}.`);
    return false;
  }
  const rows = platform.status.conditions.map(({ type, status, reason, message }) => [
    type,
    status,
    reason,
    message,
  ]);
  print(`\n${renderTable([['CONDITION', 'STATUS', 'REASON', 'MESSAGE'], ...rows])}`);
  const unready = await describeUnreadyPods(kubectl, [operator.namespace, demo.namespace]);
  for (const line of unready) print(`not ready: ${line}`);
  if (platform.status.url !== undefined) print(`\naddress: ${platform.status.url}`);
  return isReady(platform);
}
