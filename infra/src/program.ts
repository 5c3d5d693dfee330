import { Provider } from '@pulumi/kubernetes';
import { ChatPlatformOperator } from './components/operator.ts';
import { Platform } from './components/platform.ts';
import type { StackSettings } from './settings.ts';

export interface Deployment {
  operator: ChatPlatformOperator;
  platform: Platform;
}

/** The operator, then a ChatPlatform that waits for it, on the cluster that the settings name. */
export function deploy(settings: StackSettings): Deployment {
  const provider = new Provider('cluster', {
    ...(settings.kubeconfig === undefined ? {} : { kubeconfig: settings.kubeconfig }),
    ...(settings.context === undefined ? {} : { context: settings.context }),
    enableServerSideApply: true,
  });
  const operator = new ChatPlatformOperator(
    'operator',
    { namespace: settings.operatorNamespace, chart: settings.chart, values: settings.chartValues },
    { provider },
  );
  const platform = new Platform(
    'platform',
    { name: settings.platformName, namespace: settings.platformNamespace, spec: settings.platform },
    // The release brings the CRD: without it the API server does not know the kind.
    { provider, dependsOn: [operator.release] },
  );
  return { operator, platform };
}
