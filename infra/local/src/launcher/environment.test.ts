import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { renderEnvironment } from './environment.ts';

test('a shell reads the values as they are, whatever they hold', () => {
  const text = renderEnvironment({
    kubeconfig: '/odd "folder"/$HOME/`x`/kubeconfig',
    toolsFolder: "/it's/tools",
    pluginFolder: '/the plugin/bin',
    url: 'http://10.255.0.1:30080',
  });
  const script = 'eval "$1"; printf "%s\\n" "$KUBECONFIG" "$PATH" "$CHATPLATFORM_URL"';
  const out = execFileSync('/bin/sh', ['-c', script, 'sh', text], {
    env: { PATH: '/usr/bin' },
    encoding: 'utf8',
  });
  expect(out.split('\n')).toEqual([
    '/odd "folder"/$HOME/`x`/kubeconfig',
    "/it's/tools:/the plugin/bin:/usr/bin",
    'http://10.255.0.1:30080',
    '',
  ]);
});

test('no address, no line', () => {
  const text = renderEnvironment({ kubeconfig: '/k', toolsFolder: '/t', pluginFolder: '/p', url: undefined });
  expect(text).toBe('export KUBECONFIG="/k"\nexport PATH="/t:/p:$PATH"');
});
