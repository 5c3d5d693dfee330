import { join } from 'node:path';

export interface ControllerManagerOptions {
  pkiDirectory: string;
  kubeconfig: string;
  /** Port of its own metrics and health, on 127.0.0.1. */
  port: number;
  /** `*` for all that are on by default, else names of controllers. */
  controllers: readonly string[];
  /** Made by the program when it is missing, so not left at its default below /usr. */
  volumePluginDirectory: string;
  /** Set where there is a node: each gets a range of Pod addresses. */
  podCidr?: string;
  serviceCidr?: string;
}

/** Command line of kube-controller-manager. One instance only, so it does not elect a leader. */
export function controllerManagerArguments(options: ControllerManagerOptions): string[] {
  const pki = (file: string) => join(options.pkiDirectory, file);
  return [
    `--kubeconfig=${options.kubeconfig}`,
    `--authentication-kubeconfig=${options.kubeconfig}`,
    `--authorization-kubeconfig=${options.kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${options.port}`,
    `--controllers=${options.controllers.join(',')}`,
    `--flex-volume-plugin-dir=${options.volumePluginDirectory}`,
    '--use-service-account-credentials=true',
    `--root-ca-file=${pki('ca.crt')}`,
    `--service-account-private-key-file=${pki('sa.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--requestheader-client-ca-file=${pki('front-proxy-ca.crt')}`,
    `--cluster-signing-cert-file=${pki('ca.crt')}`,
    `--cluster-signing-key-file=${pki('ca.key')}`,
    '--leader-elect=false',
    '--profiling=false',
    ...(options.podCidr === undefined
      ? []
      : [
          '--allocate-node-cidrs=true',
          `--cluster-cidr=${options.podCidr}`,
          `--service-cluster-ip-range=${options.serviceCidr ?? ''}`,
        ]),
  ];
}
