import { apiextensions, core } from '@pulumi/kubernetes';
import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';

export interface PlatformArgs {
  name: string;
  namespace: string;
  /** A `ChatPlatform` spec; see docs/RESOURCE.md. */
  spec: Record<string, unknown>;
}

/** A ChatPlatform in a namespace of its own, which enforces the restricted Pod security that all its Pods keep to. */
export class Platform extends ComponentResource {
  readonly resource: apiextensions.CustomResource;

  constructor(name: string, args: PlatformArgs, options?: ComponentResourceOptions) {
    super('chatplatform:index:Platform', name, {}, options);
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
    this.resource = new apiextensions.CustomResource(
      name,
      {
        apiVersion: 'chatplatform.dev/v1alpha1',
        kind: 'ChatPlatform',
        metadata: {
          name: args.name,
          namespace: namespace.metadata.name,
          // `pulumi up` returns when people can chat, not when the object is written.
          annotations: { 'pulumi.com/waitFor': 'condition=Ready', 'pulumi.com/timeoutSeconds': '900' },
        },
        spec: args.spec,
      },
      { parent: this, ...(options?.dependsOn === undefined ? {} : { dependsOn: options.dependsOn }) },
    );
    this.registerOutputs({ name: args.name, namespace: args.namespace });
  }
}
