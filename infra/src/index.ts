import { Config } from '@pulumi/pulumi';
import { deploy } from './program.ts';
import { readStackSettings } from './settings.ts';

const config = new Config('chatplatform');
const STRUCTURED = new Set(['chartValues', 'platform']);
const settings = readStackSettings((key) => (STRUCTURED.has(key) ? config.getObject(key) : config.get(key)));

deploy(settings);

export const platform = `${settings.platformNamespace}/${settings.platformName}`;
export const look = `kubectl -n ${settings.platformNamespace} get chatplatform ${settings.platformName}`;
