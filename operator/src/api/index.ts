export { API_VERSION, GROUP, KIND, PLURAL, VERSION, chatPlatformSchema } from './chat-platform.ts';
export type { ChatPlatform } from './chat-platform.ts';
export { customResourceDefinition } from './crd.ts';
export { effectiveSpec } from './effective.ts';
export type {
  EffectiveAutoscaling,
  EffectiveSpec,
  EffectiveStore,
  EffectiveWorkload,
  EnvVar,
  ExternalServer,
  MaintenanceWindow,
  ManagedStore,
  PodOverrides,
  Scheduling,
  SqlEngine,
  Upgrade,
} from './effective.ts';
export { WEEKDAYS } from './operations.ts';
export type { Weekday } from './operations.ts';
export type { Resources, StoreName, WorkloadName } from './profiles.ts';
export { durationSeconds } from './scalars.ts';
export { SERVICE_NAMES } from './services.ts';
export type { ServiceName } from './services.ts';
export type { ChatPlatformSpec, Profile } from './spec.ts';
export { statusSchema } from './status.ts';
export type { ChatPlatformStatus, ComponentLine, ComponentState, Release, VersionStatus } from './status.ts';
