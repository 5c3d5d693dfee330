import { existsSync } from 'node:fs';
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

/** The programs that `kube` is, by the name it is called by. */
const KUBE_COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
] as const;

/** Programs that run in Pods of the node. */
export type NodeAddon = 'pause' | 'coredns' | 'local-path-provisioner' | 'metrics-server';

/** The packages of the Go module that they are. */
const ADDONS: Record<NodeAddon, string> = {
  pause: './cmd/pause',
  coredns: './cmd/coredns',
  // It spells an import in another case than the others do, so it cannot be compiled together with them.
  'local-path-provisioner': 'github.com/rancher/local-path-provisioner',
  'metrics-server': './cmd/metrics-server',
};

const OWN_ADDONS = Object.values(ADDONS).filter((addon) => addon.startsWith('./'));

const BUILT_WHERE_NOT_DOWNLOADED = ['./cmd/kube', './cmd/kubectl', 'helm.sh/helm/v4/cmd/helm', ...OWN_ADDONS];

/**
 * The control plane, etcd, the node's own programs, kubectl and helm: the official builds where their hosts answer, else
 * built from Go modules, all in one go and with them the addons: they share the compile of client-go, so apart they would
 * take twice as long, and while one is linked the next is compiled.
 *
 * @returns the folder in which they are found by name
 */
export async function ensureKubernetes(context: ArtifactContext): Promise<string> {
  const module = join(context.repository, MODULE);
  const variables = stamps();
  return ensureArtifact(context, {
    name: 'kubernetes',
    version: versions.kubernetes,
    inputs: [await hashTree(module, ['go.mod', 'cmd']), JSON.stringify(variables), process.arch],
    title: 'Get Kubernetes, etcd, kubectl and Helm',
    compile: true,
    async build(directory, step) {
      const files = releaseFiles(process.arch === 'arm64' ? 'arm64' : 'amd64');
      if (await areReachable(files)) {
        await Promise.all(files.map((file) => downloadPrograms(file, directory, step)));
        return;
      }
      const go = await ensureGo(context, step);
      await goBuild(go, step, {
        module,
        output: `${directory}/`,
        variables,
        what: 'Kubernetes',
        packages: BUILT_WHERE_NOT_DOWNLOADED,
      });
      for (const name of KUBE_COMPONENTS) await symlink('kube', join(directory, name));
    },
  });
}

/** An addon's program, built; only asked for where its image cannot be pulled. */
export async function ensureNodeAddon(context: ArtifactContext, name: NodeAddon): Promise<string> {
  // First: what both are made of is then compiled once, and not by two compilers side by side.
  const builtTogether = join(await ensureKubernetes(context), name);
  if (existsSync(builtTogether)) return builtTogether;
  const module = join(context.repository, MODULE);
  const variables = stamps();
  const folder = await ensureArtifact(context, {
    name,
    version: versions.kubernetes,
    inputs: [await hashTree(module, ['go.mod', 'cmd']), JSON.stringify(variables), process.arch],
    title: `Compile ${name}`,
    // The one that every Pod needs is a hundred lines: it waits for no other compile.
    compile: name !== 'pause',
    async build(directory, step) {
      const go = await ensureGo(context, step);
      await goBuild(go, step, { module, output: `${directory}/`, variables, what: name, packages: [ADDONS[name]] });
    },
  });
  return join(folder, name);
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
