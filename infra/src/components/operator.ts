import { core, helm } from '@pulumi/kubernetes';
import { ComponentResource, type ComponentResourceOptions, type Input } from '@pulumi/pulumi';

export interface OperatorArgs {
  namespace: string;
  chart: string;
  values: Record<string, Input<unknown>>;
}

/** The operator by its Helm chart, in a namespace of its own. One an API server. */
export class ChatPlatformOperator extends ComponentResource {
  readonly release: helm.v3.Release;

  constructor(name: string, args: OperatorArgs, options?: ComponentResourceOptions) {
    super('chatplatform:index:Operator', name, {}, options);
    const namespace = new core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: args.namespace,
          labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
        },
      },
      { parent: this },
    );
    this.release = new helm.v3.Release(
      name,
      {
        name: 'chatplatform-operator',
        namespace: namespace.metadata.name,
        chart: args.chart,
        values: args.values,
        // A failed first install is taken away again, so that the next `pulumi up` starts clean.
        atomic: true,
        timeout: 300,
      },
      { parent: this },
    );
    this.registerOutputs({ namespace: namespace.metadata.name });
  }
}
