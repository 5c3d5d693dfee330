import { versions } from '../programs/versions.ts';

/** A file of a project's own release page with the checksum published beside it. */
export interface ReleaseFile {
  url: string;
  /** Holds either the SHA-256 alone or lines `<sha256>  <file name>`. */
  checksumUrl: string;
  /** Programs in it: name of the program to its path in the archive; '' where the file is the program itself. */
  programs: Record<string, string>;
}

export type ReleaseArch = 'amd64' | 'arm64';

const KUBERNETES_PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
];

/** The official builds of the node's programs. */
export function releaseFiles(arch: ReleaseArch): ReleaseFile[] {
  const github = 'https://github.com';
  const etcd = `etcd-v${versions.etcd}-linux-${arch}`;
  const etcdRelease = `${github}/etcd-io/etcd/releases/download/v${versions.etcd}`;
  const helm = `https://get.helm.sh/helm-v${versions.helm}-linux-${arch}.tar.gz`;
  return [
    ...KUBERNETES_PROGRAMS.map((name) => {
      const url = `https://dl.k8s.io/release/v${versions.kubernetes}/bin/linux/${arch}/${name}`;
      return { url, checksumUrl: `${url}.sha256`, programs: { [name]: '' } };
    }),
    {
      url: `${etcdRelease}/${etcd}.tar.gz`,
      checksumUrl: `${etcdRelease}/SHA256SUMS`,
      programs: { etcd: `${etcd}/etcd` },
    },
    { url: helm, checksumUrl: `${helm}.sha256sum`, programs: { helm: `linux-${arch}/helm` } },
  ];
}
