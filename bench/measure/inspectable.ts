import type { RunningServer } from '@chatplatform/local/processes/server';

/** A Node process whose inspector can be opened later; until then it costs nothing. */
export interface Inspectable {
  readonly process: RunningServer;
  /** Where its inspector listens once it is asked to (SIGUSR1). */
  readonly inspectorPort: number;
}

/** The flag that such a process is started with. */
export const inspectorFlag = (port: number): string => `--inspect-port=127.0.0.1:${port}`;
