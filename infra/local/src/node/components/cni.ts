/**
 * Network of the Pods: a pair of devices a Pod and a route to it, nothing else. Without a bridge every packet between
 * Pods crosses the forward hook of nftables; without masquerading and port maps there is no iptables chain to clean up.
 */
export function renderCniConfig(options: { podCidr: string; dataDirectory: string }): string {
  return JSON.stringify(
    {
      cniVersion: '0.4.0',
      name: 'chatplatform',
      plugins: [
        {
          type: 'ptp',
          ipMasq: false,
          mtu: 1500,
          ipam: {
            type: 'host-local',
            dataDir: options.dataDirectory,
            ranges: [[{ subnet: options.podCidr }]],
            routes: [{ dst: '0.0.0.0/0' }],
          },
        },
      ],
    },
    null,
    2,
  );
}
