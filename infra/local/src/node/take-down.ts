import { readFile, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kubectl } from '../cluster/kubectl.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import type { Progress, Report } from '../launcher/progress.ts';
import { tryRun } from '../launcher/run.ts';
import { waitFor } from '../launcher/wait-for.ts';
import { killCgroup, removeCgroup } from './host/cgroup.ts';
import { egressTable } from './host/egress.ts';
import { mountsBelow, unmountBelow } from './host/mounts.ts';
import { deleteNftTables, removeLoopbackAddress } from './host/network.ts';
import type { NodeLayout } from './layout.ts';
import { restoreSysctls } from './machine.ts';
import { findOwnProcesses, findShims } from './own-processes.ts';
import { settings } from './settings.ts';
import { removeEntries, stateEntries } from './state-folder.ts';
import { stopSupervisor, supervisedProcess } from './supervisor/control.ts';
import { signalProcess, terminate } from './supervisor/terminate.ts';

export interface TakeDownOptions {
  layout: NodeLayout;
  /** Undefined where kubectl is not there: containers are then ended by force. */
  kubectl: Kubectl | undefined;
  progress: Progress;
}

/** How long Pods may take to end in order before what is left is ended by force. */
const PODS_TIMEOUT_MS = 12_000;
const SWEEP_TIMEOUT_MS = 10_000;

/** Ends the node and removes everything it made on the machine but its images. Works on a node in any state. */
export async function takeDownNode(options: TakeDownOptions): Promise<void> {
  const { layout, progress } = options;
  await progress.step('Stop the Pods', (report) => stopPods(options, report));
  await progress.step('Stop the node', async (report) => {
    // The kubelet first, so that nothing is started again; containerd last, because the Pods' shims report to it.
    await stopProcesses(layout, ['kubelet', 'kube-proxy', 'kube-apiserver', 'etcd'], report);
    await endContainers(layout);
    await stopProcesses(layout, ['containerd'], report);
  });
  await progress.step('Clean up the machine', () => cleanUp(layout));
}

/**
 * Deletes all Pods through the API: the kubelet then unmounts their volumes and gives back their addresses. What makes
 * Pods is stopped first, so that none comes back.
 */
async function stopPods({ layout, kubectl }: TakeDownOptions, report: Report): Promise<void> {
  await stopSupervisor(layout);
  await stopProcesses(layout, ['kube-controller-manager', 'kube-scheduler'], report);
  const isUp = async (name: string) => (await supervisedProcess(layout, name)).info !== undefined;
  if (kubectl === undefined || !(await isUp('kubelet')) || !(await isUp('kube-apiserver'))) return;
  const deleted = await kubectl.try(
    'delete', 'pods', '--all', '--all-namespaces', '--grace-period=1', '--wait=false', '--request-timeout=5s',
  ); // prettier-ignore
  if (deleted.code !== 0) return;
  report('waiting until they have ended');
  const isOver = async () => (await findShims(layout.containerdSocket)).length === 0;
  await waitFor(isOver, {
    timeoutMs: PODS_TIMEOUT_MS,
    intervalMs: 250,
    timeout: () => new PodsStillRunning(),
  }).catch((error: unknown) => {
    if (!(error instanceof PodsStillRunning)) throw error; // those that are left are ended by force
  });
}

class PodsStillRunning extends Error {}

async function stopProcesses(layout: NodeLayout, names: readonly string[], report: Report): Promise<void> {
  report(names.join(', '));
  await Promise.all(
    names.map(async (name) => {
      const { record, info } = await supervisedProcess(layout, name);
      if (record !== undefined && info !== undefined) {
        await terminate(record.pid, record.startTicks, record.stopGraceMs);
      }
    }),
  );
}

/** By force: what runs in the Pods' control group, and the shims, found by the socket they report to. */
async function endContainers(layout: NodeLayout): Promise<void> {
  await waitFor(
    async () => {
      const killed = await killCgroup(settings.cgroupName);
      const shims = await findShims(layout.containerdSocket);
      for (const pid of shims) signalProcess(pid, 'SIGKILL');
      return killed + shims.length === 0;
    },
    {
      timeoutMs: SWEEP_TIMEOUT_MS,
      intervalMs: 100,
      timeout: () =>
        new LauncherError('processes of containers do not end', {
          remedy:
            'look for them with: ps axf; those in state D wait for a device, and only a reboot ends them',
        }),
    },
  );
}

async function cleanUp(layout: NodeLayout): Promise<void> {
  // Processes whose pid file was lost, after all that have one.
  for (const pid of await findOwnProcesses(layout)) signalProcess(pid, 'SIGKILL');
  await removeShimSockets(layout);
  await removeNetworkNamespaces();
  const folders = [layout.state, layout.run, layout.images];
  await unmountBelow(folders);
  const left = await mountsBelow(folders);
  if (left.length > 0) {
    throw new LauncherError(`${left.join(', ')} cannot be unmounted`, {
      remedy: 'find out who uses it with: fuser -vm FOLDER; then run the command again',
    });
  }
  await deleteNftTables([
    { family: 'ip', name: 'kube-proxy' },
    { family: 'ip6', name: 'kube-proxy' },
    egressTable,
  ]);
  await removeLoopbackAddress(settings.nodeAddress);
  await waitFor(() => removeCgroup(settings.cgroupName), {
    timeoutMs: SWEEP_TIMEOUT_MS,
    intervalMs: 100,
    timeout: () => new LauncherError(`the control group ${settings.cgroupName} cannot be removed`),
  });
  await restoreSysctls(layout.machine);
  await rm(layout.run, { recursive: true, force: true });
  await removeEntries(layout.state, stateEntries);
  await removeTraces();
}

const SHIM_TASKS = join('containerd', 'io.containerd.runtime.v2.task', 'k8s.io');

/** Shims listen on sockets outside containerd's own folders; those that were killed leave them behind. */
async function removeShimSockets(layout: NodeLayout): Promise<void> {
  const tasks = join(layout.run, SHIM_TASKS);
  for (const task of await readdir(tasks).catch(() => [])) {
    const address = await readFile(join(tasks, task, 'address'), 'utf8').catch(() => '');
    if (address.startsWith('unix:///run/containerd/s/'))
      await rm(address.slice('unix://'.length), { force: true });
  }
}

const CNI_RESULTS = '/var/lib/cni/results';

/** The network library remembers each Pod's interface: of ours what was not given back is taken away here. */
async function removeNetworkNamespaces(): Promise<void> {
  const files = (await readdir(CNI_RESULTS).catch(() => [])).filter((name) =>
    name.startsWith('chatplatform-'),
  );
  for (const file of files) {
    const text = await readFile(join(CNI_RESULTS, file), 'utf8').catch(() => '');
    const namespace = /"netns":\s*"(?:\/var)?(\/run\/netns\/cni-[0-9a-f-]+)"/.exec(text)?.[1];
    if (namespace !== undefined) {
      await tryRun('umount', ['--lazy', namespace]);
      await rm(namespace, { force: true });
    }
    await rm(join(CNI_RESULTS, file), { force: true });
  }
}

/** Folders the kubelet, containerd and the network library make at fixed places: removed where nobody else uses them. */
async function removeTraces(): Promise<void> {
  const links = await readdir('/var/log/containers').catch(() => []);
  for (const link of links) {
    // Links to the logs of Pods that are gone.
    const target = await readFile(join('/var/log/containers', link)).catch(() => undefined);
    if (target === undefined) await rm(join('/var/log/containers', link), { force: true });
  }
  const folders = [
    '/var/lib/kubelet/device-plugins',
    '/var/lib/kubelet',
    '/var/log/containers',
    '/var/lib/cni/results',
    '/var/lib/cni',
    '/run/containerd/s',
    '/run/containerd',
    '/run/netns',
  ];
  await rm('/var/lib/kubelet/device-plugins/kubelet.sock', { force: true });
  await rm('/var/lib/kubelet/device-plugins/DEPRECATION', { force: true });
  for (const folder of folders) await rmdir(folder).catch(() => undefined); // in use, or not there
}
