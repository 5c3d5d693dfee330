/**
 * Rules that let Pods reach the world beyond the machine under the machine's own address. Pods among themselves and the
 * node see each other's real addresses.
 */
export function renderEgressRules(options: { podCidr: string; serviceCidr: string }): string {
  return `  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${options.podCidr} ip daddr != { ${options.podCidr}, ${options.serviceCidr} } fib daddr type != local masquerade
  }`;
}

export const egressTable = { family: 'ip', name: 'chatplatform-egress' } as const;
