import { setTimeout as sleep } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import type { StackSettings } from './settings.ts';

export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

export const RELEASE = 'kubernetes:helm.sh/v3:Release';
export const PLATFORM = 'kubernetes:chatplatform.dev/v1alpha1:ChatPlatform';
export const NAMESPACE = 'kubernetes:core/v1:Namespace';

/** Runs the program against Pulumi's mocks: what it would register, in the order it would. For tests. */
export async function recordDeployment(settings: StackSettings): Promise<Registered[]> {
  const registered: Registered[] = [];
  // Mocks first, resource modules after: a resource registers with whatever runtime stands at its construction.
  await pulumi.runtime.setMocks({
    newResource: async (args) => {
      // A slow release: whoever does not wait for it is registered before it.
      if (args.type === RELEASE) await sleep(200);
      registered.push({ type: args.type, name: args.name, inputs: args.inputs as Record<string, unknown> });
      return { id: `${args.name}-id`, state: args.inputs as Record<string, unknown> };
    },
    call: (args) => args.inputs as Record<string, unknown>,
  });
  const { deploy } = await import('./program.ts');
  deploy(settings);
  await pulumi.runtime.disconnect();
  return registered;
}

/** The one resource of a type. */
export function only(registered: readonly Registered[], type: string): Registered {
  const found = registered.filter((resource) => resource.type === type);
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} resources of type ${type}`);
  return found[0];
}
