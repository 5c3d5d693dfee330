import { ports, settings } from '../settings.ts';
import { cidrContains } from './cidr.ts';
import type { MachineFacts } from './facts.ts';

/** A reason the node cannot run here, and what to do about it. */
export interface Problem {
  message: string;
  remedy: string;
}

type Check = (facts: MachineFacts) => readonly Problem[];

const GIB = 1024 ** 3;
export const MINIMUM_MEMORY_BYTES = 4 * GIB;
export const MINIMUM_DISK_COLD_BYTES = 10 * GIB;
export const MINIMUM_DISK_WARM_BYTES = 3 * GIB;

const ELSEWHERE =
  'or use another cluster: ./chatplatform up --context NAME, or start Docker for a kind cluster';
const requiredControllers = ['cpu', 'cpuset', 'memory', 'pids'] as const;

/** Everything that stands in the way, most fundamental first. Empty: the node can be brought up. */
export function checkMachine(facts: MachineFacts): Problem[] {
  const fundamental = [checkSystem, checkUser, checkCapabilities].flatMap((check) => check(facts));
  // Without root most other facts cannot be told: a list of guesses would only mislead.
  return fundamental.length > 0 ? fundamental : checks.flatMap((check) => check(facts));
}

const checkSystem: Check = ({ platform, architecture, os }) => {
  const isDebian = os !== undefined && [os.id, ...os.like].some((id) => id === 'debian' || id === 'ubuntu');
  if (platform !== 'linux' || !isDebian) {
    const system = os?.prettyName ?? platform;
    return [
      {
        message: `the embedded node runs on Debian and Ubuntu; this is ${system}`,
        remedy: `use a Debian or Ubuntu machine, ${ELSEWHERE}`,
      },
    ];
  }
  if (architecture === 'x64' || architecture === 'arm64') return [];
  return [
    {
      message: `the embedded node runs on x86-64 and arm64 processors; this is ${architecture}`,
      remedy: `use another machine, ${ELSEWHERE}`,
    },
  ];
};

const checkUser: Check = ({ userId }) =>
  userId === 0
    ? []
    : [
        {
          message: 'the embedded node needs root: it mounts file systems and makes network devices',
          remedy: `run it as root (sudo ./chatplatform up), ${ELSEWHERE}; ./chatplatform dev needs neither`,
        },
      ];

/** Others than root have none, which says nothing about the machine. */
const checkCapabilities: Check = ({ userId, missingCapabilities }) =>
  userId !== 0 || missingCapabilities.length === 0
    ? []
    : [
        {
          message: `root lacks ${missingCapabilities.join(' and ')} here, as in an unprivileged container`,
          remedy: `run it on a machine or in a privileged container, ${ELSEWHERE}`,
        },
      ];

const checkPackageManager: Check = ({ hasAptGet }) =>
  hasAptGet
    ? []
    : [
        {
          message: 'apt-get is missing: containerd, runc and the network plugins come from Debian packages',
          remedy: `install apt, ${ELSEWHERE}`,
        },
      ];

const checkMemory: Check = ({ memoryAvailableBytes, nodeRunning }) =>
  nodeRunning || memoryAvailableBytes >= MINIMUM_MEMORY_BYTES
    ? []
    : [
        {
          message: `only ${gib(memoryAvailableBytes)} of memory are free; the platform needs ${gib(MINIMUM_MEMORY_BYTES)}`,
          remedy: 'stop other programs, or give the machine more memory',
        },
      ];

const checkDisk: Check = ({ disks, cold, nodeRunning }) => {
  if (nodeRunning) return [];
  const needed = cold ? MINIMUM_DISK_COLD_BYTES : MINIMUM_DISK_WARM_BYTES;
  return disks
    .filter((disk) => disk.availableBytes < needed)
    .map((disk) => ({
      message: `only ${gib(disk.availableBytes)} are free on the disk of ${disk.path}; ${gib(needed)} are needed`,
      remedy: 'make room, or move the folders: CHATPLATFORM_STATE and CHATPLATFORM_CACHE name them',
    }));
};

const checkPorts: Check = ({ listeners }) => {
  const wanted = new Set<number>([...Object.values(ports), settings.edgeNodePort]);
  return listeners
    .filter((listener) => wanted.has(listener.port))
    .map(({ port, pid, command }) => ({
      message: `port ${port} is taken by ${command ?? 'another program'}${pid === undefined ? '' : ` (pid ${pid})`}`,
      remedy: 'stop that program; another Kubernetes on this machine is the usual one',
    }));
};

const checkAddresses: Check = ({ addresses }) =>
  [settings.podCidr, settings.serviceCidr].flatMap((cidr) =>
    addresses
      .filter((address) => cidrContains(cidr, address))
      .map((address) => ({
        message: `the machine's address ${address} lies in ${cidr}, which the cluster uses`,
        remedy: 'take down what uses that network; another Kubernetes on this machine is the usual one',
      })),
  );

const checkKernel: Check = ({ cgroup, hasOverlayFs }) => {
  const missing = requiredControllers.filter((controller) => !cgroup.controllers.includes(controller));
  return [
    ...(missing.length === 0
      ? []
      : [
          {
            message: `control groups lack the controllers ${missing.join(', ')}`,
            remedy: 'mount them, or run on a machine (not in a container) whose kernel has them',
          },
        ]),
    ...(hasOverlayFs
      ? []
      : [{ message: 'the kernel has no overlay file system', remedy: 'load it: modprobe overlay' }]),
  ];
};

const checks: readonly Check[] = [
  checkPackageManager,
  checkKernel,
  checkMemory,
  checkDisk,
  checkPorts,
  checkAddresses,
];

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
