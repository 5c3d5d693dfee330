import type { BenchCluster } from '../cluster/cluster.ts';
import type { OperatorOptions } from '../options.ts';
import type { OperatorProcess } from '../subject/operator-process.ts';
import type { ReadyWatch } from '../subject/ready-watch.ts';
import type { Section } from '../../report/figure.ts';

/** What all scenarios share: they run in a fixed order on one cluster whose population grows. */
export interface ScenarioContext {
  readonly options: OperatorOptions;
  readonly cluster: BenchCluster;
  readonly watch: ReadyWatch;
  /** Of every platform that is made. */
  readonly spec: Record<string, unknown>;
  readonly population: Population;
  readonly report: (detail: string) => void;
  readonly interrupted: AbortSignal;
}

/** What is there by now. */
export interface Population {
  operator: OperatorProcess;
  /** Ready platforms; they are numbered from 1. */
  platforms: number;
  /** Starts the operator anew in place of the one that runs; between the two, none runs while `meanwhile` lasts. */
  restart(meanwhile?: () => Promise<void>): Promise<OperatorProcess>;
}

export type Scenario = (context: ScenarioContext) => Promise<readonly Section[]>;
