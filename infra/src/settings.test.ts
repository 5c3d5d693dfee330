import { describe, expect, test } from '@jest/globals';
import { readStackSettings, StackSettingsError } from './settings.ts';

describe('readStackSettings', () => {
  test('an empty stack has the defaults', () => {
    expect(readStackSettings(() => undefined)).toEqual({
      operatorNamespace: 'chatplatform-system',
      chart: '../charts/chatplatform-operator',
      chartValues: {},
      platformName: 'chat',
      platformNamespace: 'chatplatform',
      platform: {},
    });
  });

  test('a wrong value names the key and how to set it', () => {
    const read = () => readStackSettings((key) => (key === 'platformName' ? 'Not A Label' : undefined));
    expect(read).toThrow(StackSettingsError);
    expect(read).toThrow(/chatplatform:platformName: use a DNS label.*pulumi config set/s);
  });
});
