import type { RunningServer } from '@chatplatform/local/processes/server';

/** A process that holds connections: a gateway, or the bare server it is compared with. */
export interface SocketHolder {
  /** `http://host:port` */
  readonly url: string;
  readonly process: RunningServer;
  /** Where its inspector listens once it is asked to (SIGUSR1). */
  readonly inspectorPort: number;
}

/** Environment of a process whose inspector can be opened later; until then it costs nothing. */
export const inspectable = (inspectorPort: number): Record<string, string> => ({
  NODE_OPTIONS: `--inspect-port=127.0.0.1:${inspectorPort}`,
});
