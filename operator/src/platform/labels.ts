/** The operator's mark on everything it makes: caches are scoped by it, so nothing foreign is ever held. */
export const MANAGED_BY = 'chatplatform-operator';
export const MANAGED_SELECTOR = `app.kubernetes.io/managed-by=${MANAGED_BY}`;

export const LABEL = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  managedBy: 'app.kubernetes.io/managed-by',
  version: 'app.kubernetes.io/version',
} as const;

export const CONFIG_HASH_ANNOTATION = 'chatplatform.dev/config-hash';

/** The labels a selector matches by. They are immutable in workloads: nothing that can change belongs here. */
export function selectorLabels(platform: { name: string }, component: string): Record<string, string> {
  return {
    [LABEL.name]: 'chatplatform',
    [LABEL.instance]: platform.name,
    [LABEL.component]: component,
  };
}

export function objectLabels(platform: { name: string }, component: string): Record<string, string> {
  return { ...selectorLabels(platform, component), [LABEL.managedBy]: MANAGED_BY };
}

/** `demo-chat`: every object of a component starts with this. */
export function objectName(platform: { name: string }, component: string): string {
  return `${platform.name}-${component}`;
}
