import type { Fact } from '../domain/fact.ts';

export interface DailyFigure {
  /** UTC, `YYYY-MM-DD`. */
  readonly day: string;
  readonly messages: number;
  readonly activeSenders: number;
  readonly registrations: number;
  readonly channelsCreated: number;
  readonly uploads: number;
}

export interface DailyFigures {
  /** Counts each fact exactly once, however often it is added. Returns how many were new. */
  add(facts: readonly Fact[]): Promise<number>;
  /** One entry a day, both ends included, zero where nothing happened. */
  between(from: string, to: string): Promise<DailyFigure[]>;
}
