import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureArtifact } from '../cache/artifact.ts';
import { hashTree } from '../cache/hash.ts';
import type { ArtifactContext } from '../context.ts';
import { areReachable, downloadPrograms } from '../official/download.ts';
import { releaseFiles } from '../official/release-files.ts';
import { ensureGo, goBuild } from '../toolchains/go.ts';
import { versions } from './versions.ts';

const MODULE = 'infra/local/go';

/** Programs that the multi-call program `kube` is by the name it is called by. */
const KUBE_COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
] as const;

/** Programs found by name in the folder of {@link ensureKubernetes}. */
export const KUBERNETES_PROGRAMS = [
  ...KUBE_COMPONENTS,
  'kubectl',
  'helm',
  'coredns',
  'local-path-provisioner',
  'pause',
] as const;

/** Nobody publishes this as a file. */
const ALWAYS_BUILT = './cmd/pause';
/** Nor this one, which moreover spells an import that others have in other case, so it is compiled apart. */
const BUILT_APART = 'github.com/rancher/local-path-provisioner';
const BUILT_WHERE_NOT_DOWNLOADED = ['./cmd/kube', './cmd/kubectl', './cmd/coredns', 'helm.sh/helm/v4/cmd/helm'];

/**
 * The control plane, the node's programs, kubectl and helm: the official builds where their hosts answer, else built from
 * Go modules, all in one go: they share the compile of client-go, so apart they would take twice as long.
 *
 * @returns the folder in which {@link KUBERNETES_PROGRAMS} are found by name
 */
export async function ensureKubernetes(context: ArtifactContext): Promise<string> {
  const module = join(context.repository, MODULE);
  const variables = stamps();
  return ensureArtifact(context, {
    name: 'kubernetes',
    version: versions.kubernetes,
    inputs: [await hashTree(module, ['.']), JSON.stringify(variables), process.arch],
    title: 'Get Kubernetes, etcd, CoreDNS and Helm',
    compile: true,
    async build(directory, step) {
      const files = releaseFiles(process.arch === 'arm64' ? 'arm64' : 'amd64');
      const official = await areReachable(files);
      if (official) await Promise.all(files.map((file) => downloadPrograms(file, directory, step)));
      const go = await ensureGo(context, step);
      const common = { module, output: `${directory}/`, variables, what: 'Kubernetes' };
      const packages = [ALWAYS_BUILT, ...(official ? [] : BUILT_WHERE_NOT_DOWNLOADED)];
      await goBuild(go, step, { ...common, packages });
      await goBuild(go, step, { ...common, packages: [BUILT_APART] });
      if (!official) for (const name of KUBE_COMPONENTS) await symlink('kube', join(directory, name));
    },
  });
}

/** Programs say which version they are: kubectl and the API server refuse or warn when they cannot tell. */
function stamps(): Record<string, string> {
  const [major = '', minor = ''] = versions.kubernetes.split('.');
  const kubernetes = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) => [
    [`${name}.gitVersion`, `v${versions.kubernetes}`],
    [`${name}.gitMajor`, major],
    [`${name}.gitMinor`, minor],
    [`${name}.gitTreeState`, 'clean'],
  ]);
  return {
    ...Object.fromEntries(kubernetes),
    'go.etcd.io/etcd/api/v3/version.GitSHA': `v${versions.etcd}`,
    'helm.sh/helm/v4/internal/version.version': `v${versions.helm}`,
  };
}
