/** Versions of everything that is fetched by version. Go modules' versions stand in infra/local/go/go.mod too; a test compares. */
export const versions = {
  kubernetes: '1.35.4',
  etcd: '3.6.8',
  coredns: '1.14.2',
  localPathProvisioner: '0.0.30',
  metricsServer: '0.8.0',
  helm: '4.1.4',
  jaeger: '1.76.0',
  kwok: '0.8.0',
  influxdb: '2.7.12',
  flux: '0.196.1',
  /** Toolchain used where the machine's own Go is too old. */
  go: '1.26.8',
} as const;
