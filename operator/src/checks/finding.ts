import type { ChatPlatformSpec, EffectiveSpec } from '../api/index.ts';

/** What is wrong with a spec, or unwise. */
export interface Finding {
  /** `refuse`: it cannot work. `warn`: it works, and a person should know better. */
  readonly severity: 'refuse' | 'warn';
  /** `spec.stores.redis.managed.storage.size` */
  readonly field: string;
  /** Names the fault and the remedy. */
  readonly message: string;
}

/** Another platform of the cluster, as far as two can be in each other's way. */
export interface OtherPlatform {
  readonly name: string;
  readonly namespace: string;
  /** RFC 3339; who was first is in the right. */
  readonly createdAt: string;
  readonly hostname?: string | undefined;
  readonly exposure?:
    { readonly type?: string | undefined; readonly nodePort?: number | undefined } | undefined;
}

/** Everything that checks look at. */
export interface CheckSubject {
  /** As the user wrote it. */
  readonly written: ChatPlatformSpec;
  /** With every default. */
  readonly spec: EffectiveSpec;
  /** The effective spec that was accepted last, as far as it can be read. */
  readonly accepted: AcceptedSpec | undefined;
  /** The version that serves now. */
  readonly currentVersion: string | undefined;
  /** Platforms that were there before this one; asked for by those who need them, for there can be many. */
  readonly elders: () => readonly OtherPlatform[];
}

interface Volume {
  readonly size?: string | undefined;
  readonly className?: string | undefined;
}

/** Volumes by store. */
export interface AcceptedSpec {
  readonly volumes: ReadonlyMap<string, Volume>;
}

export type Check = (subject: CheckSubject) => readonly Finding[];

export const refuse = (field: string, message: string): Finding => ({ severity: 'refuse', field, message });
export const warn = (field: string, message: string): Finding => ({ severity: 'warn', field, message });

/** `spec.version: ...`, as conditions, admission answers and warnings show it. */
export const describeFinding = ({ field, message }: Finding): string => `${field}: ${message}`;
