import type { KubeObject } from '../runtime/index.ts';
import type { ComponentState } from '../api/index.ts';
import type { Observed } from './observed.ts';
import type { Platform } from './model.ts';

export interface ComponentHealth {
  readonly state: ComponentState;
  /** Whether it does its work for people now: during a rolling update it does, though it progresses. */
  readonly serving: boolean;
  /** CamelCase, for the condition. */
  readonly reason: string;
  /** What it waits for or suffers from, and what to do about it; empty when there is nothing to say. */
  readonly message: string;
  /** Pods that serve, of those wanted: `1/2`. */
  readonly ready?: string;
}

/**
 * One part of a platform. Both functions are pure: the same arguments give the same answer, and nothing is
 * read or written. `desired` must not depend on `observed` for more than it has to: what it follows can loop.
 */
export interface Component {
  /** Name in labels, object names and status. */
  readonly name: string;
  /** Type of its condition in status: `ChatReady`. */
  readonly condition: string;
  /** Does its work and ends (migrations): it says nothing of whether the platform serves. @default false */
  readonly task?: boolean;
  /** Every object the component should consist of; none when the spec switches it off. */
  desired(platform: Platform, observed: Observed): readonly KubeObject[];
  health(platform: Platform, observed: Observed): ComponentHealth;
}

export const isSettled = (health: ComponentHealth): boolean =>
  health.state === 'Ready' || health.state === 'External' || health.state === 'Disabled';

export const EXTERNAL: ComponentHealth = {
  state: 'External',
  serving: true,
  reason: 'External',
  message: 'run by somebody else',
};

/** Switched off, or nothing that could be unwell: it does not appear in status. */
export const DISABLED: ComponentHealth = {
  state: 'Disabled',
  serving: true,
  reason: 'Disabled',
  message: '',
};

/** Typed manifests go in, the runtime's loose form comes out: the one place where the type is widened. */
export function manifest<T extends { apiVersion?: string; kind?: string; metadata?: object }>(
  object: T,
): KubeObject {
  return object as unknown as KubeObject;
}
