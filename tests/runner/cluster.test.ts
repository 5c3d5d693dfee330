import { expect, test } from '@jest/globals';
import { parseExports } from './cluster.ts';

test('export lines are read as a shell reads them', () => {
  const text = [
    'export KUBECONFIG="/state/kubeconfig"',
    'export PATH="/bin/of/kubectl:$PATH"',
    "export CHATPLATFORM_URL='http://10.255.0.1:30080'",
    'export PLAIN=value',
    'echo nothing else',
  ].join('\n');
  expect(parseExports(text, { PATH: '/usr/bin' })).toEqual({
    KUBECONFIG: '/state/kubeconfig',
    PATH: '/bin/of/kubectl:/usr/bin',
    CHATPLATFORM_URL: 'http://10.255.0.1:30080',
    PLAIN: 'value',
  });
});
