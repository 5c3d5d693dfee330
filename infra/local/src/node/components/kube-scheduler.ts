/** Command line of kube-scheduler. One instance only, so it does not elect a leader. */
export function schedulerArguments(options: { kubeconfig: string; port: number }): string[] {
  return [
    `--kubeconfig=${options.kubeconfig}`,
    `--authentication-kubeconfig=${options.kubeconfig}`,
    `--authorization-kubeconfig=${options.kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${options.port}`,
    '--leader-elect=false',
    '--profiling=false',
  ];
}
