/** Facts of the machine that decide how containers are run. */
export interface ContainerdOptions {
  root: string;
  state: string;
  /** Where runc keeps the state of containers. */
  runcRoot: string;
  socket: string;
  /** Image that holds the namespaces of a Pod. */
  pauseImage: string;
  cniBinaries: string;
  cniConfig: string;
  /** Without CAP_SYS_RESOURCE no process may lower an OOM score, and every sandbox would fail to start. */
  restrictOomScoreAdj: boolean;
}

/** Renders containerd's configuration (version 2, which containerd 1.6 to 2.x read). */
export function renderContainerdConfig(options: ContainerdOptions): string {
  const text = (value: string) => JSON.stringify(value);
  return `version = 2
root = ${text(options.root)}
state = ${text(options.state)}
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp"]

[debug]
  level = "warn"

[grpc]
  address = ${text(options.socket)}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(options.pauseImage)}
  restrict_oom_score_adj = ${String(options.restrictOomScoreAdj)}
  max_container_log_line_size = 262144

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(options.cniBinaries)}
    conf_dir = ${text(options.cniConfig)}

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = ${text(options.runcRoot)}
        SystemdCgroup = false
`;
}
