import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { MEMORY_SETTINGS, WARM_UP } from './operator-process.ts';

const TEMPLATE = new URL('../../../charts/chatplatform-operator/templates/deployment.yaml', import.meta.url);

it('the operator is started as its chart starts it', async () => {
  const template = await readFile(TEMPLATE, 'utf8');
  for (const [name, value] of Object.entries(MEMORY_SETTINGS))
    expect(template).toMatch(new RegExp(`- name: ${name}\\n +value: '?${value}'?\\n`));
  expect(template).toContain(`command: [node, ${WARM_UP.join(', ')}]`);
});
