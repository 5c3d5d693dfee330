import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';

const SYSTEMD_RESOLVED = '/run/systemd/resolve/resolv.conf';
const PROBE_NAME = 'debian.org';
const PROBE_TIMEOUT_MS = 1500;

/** IPv4 name servers of a resolv.conf that Pods can reach: not those of the machine's loopback. */
export function parseNameservers(text: string): string[] {
  return text
    .split('\n')
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? '')
    .filter((address) => isIPv4(address) && !address.startsWith('127.'));
}

/** The machine's name servers that answer now; none where it has no DNS of the outside world. */
export async function findNameservers(): Promise<string[]> {
  const text = (path: string) => readFile(path, 'utf8').catch(() => '');
  const found = parseNameservers(await text('/etc/resolv.conf'));
  const candidates = found.length > 0 ? found : parseNameservers(await text(SYSTEMD_RESOLVED));
  const answers = await Promise.all(candidates.map(doesAnswer));
  return candidates.filter((_, index) => answers[index]);
}

async function doesAnswer(server: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: PROBE_TIMEOUT_MS, tries: 1 });
  resolver.setServers([server]);
  return resolver.resolve4(PROBE_NAME).then(
    () => true,
    () => false,
  );
}
