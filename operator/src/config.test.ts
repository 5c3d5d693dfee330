import { describe, expect, test } from '@jest/globals';
import { ConfigError, loadConfig, webhookSettings } from './config.ts';

describe('loadConfig', () => {
  test('has a default for everything, and takes empty variables as unset', () => {
    expect(loadConfig({ WATCH_NAMESPACE: '', METRICS_PORT: '' })).toEqual({
      WATCH_NAMESPACE: '',
      LEADER_ELECT: true,
      METRICS_PORT: 9090,
      CONCURRENCY: 4,
      LOG_LEVEL: 'info',
      SECRET_PROPAGATION_SECONDS: 120,
      OTEL_TRACES_SAMPLER_ARG: 1,
    });
  });

  test('names every wrong variable', () => {
    const load = () => loadConfig({ METRICS_PORT: 'http', LEADER_ELECT: 'yes' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/METRICS_PORT/);
    expect(load).toThrow(/LEADER_ELECT/);
  });

  test('the webhook has what it needs, or says what is missing', () => {
    const webhook = { WEBHOOK_PORT: '9443', WEBHOOK_SERVICE: 'hook', WEBHOOK_CONFIGURATION: 'config' };
    expect(webhookSettings(loadConfig({}))).toBeUndefined();
    expect(webhookSettings(loadConfig({ ...webhook, POD_NAMESPACE: 'operators' }))).toEqual({
      port: 9443,
      secret: { namespace: 'operators', name: 'hook' },
      configuration: 'config',
      names: ['hook.operators.svc', 'hook.operators.svc.cluster.local'],
    });
    expect(() => loadConfig(webhook)).toThrow(/POD_NAMESPACE/);
  });
});
