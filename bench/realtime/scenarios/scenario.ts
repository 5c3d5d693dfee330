import type { Layout } from '../../measure/processors.ts';
import type { Section } from '../../report/figure.ts';
import type { RealtimeOptions } from '../options.ts';
import type { Platform } from '../platform/platform.ts';

export interface ScenarioContext {
  readonly options: RealtimeOptions;
  readonly platform: Platform;
  /** Data and logs. */
  readonly dir: string;
  /** Undefined: not pinned. */
  readonly layout: Layout | undefined;
  /** Says what is being done. */
  readonly report: (detail: string) => void;
  readonly interrupted: AbortSignal;
}

/** Measures one thing. Figures judge; a scenario fails only when it could not be measured. */
export type Scenario = (context: ScenarioContext) => Promise<readonly Section[]>;
