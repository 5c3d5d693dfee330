import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const root = new URL('../..', import.meta.url).pathname;
const kubeconfig = process.env['KUBECONFIG_TEST'];

const kubectl = (input: string, ...args: string[]) =>
  execFileSync('kubectl', ['--kubeconfig', kubeconfig ?? '', ...args], { input, encoding: 'utf8' });

(kubeconfig === undefined ? describe.skip : describe)('README.md (needs KUBECONFIG_TEST)', () => {
  test('its ChatPlatform is one that the API server takes as it stands', () => {
    const [, manifest = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(`${root}README.md`, 'utf8')) ?? [];
    expect(manifest).toContain('kind: ChatPlatform');
    kubectl('', 'apply', '--server-side', '--force-conflicts', '-f', `${root}crds`);
    kubectl('', 'wait', '--for=condition=Established', 'crd/chatplatforms.chatplatform.dev', '--timeout=20s');
    expect(kubectl(manifest, 'apply', '--dry-run=server', '-f', '-')).toContain(
      'chatplatform.chatplatform.dev/demo',
    );
  });
});
