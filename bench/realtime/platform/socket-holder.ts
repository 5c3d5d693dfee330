import { inspectorFlag, type Inspectable } from '../../measure/inspectable.ts';

/** A process that holds connections: a gateway, or the bare server it is compared with. */
export interface SocketHolder extends Inspectable {
  /** `http://host:port` */
  readonly url: string;
}

/** Environment of a process whose inspector can be opened later. */
export const inspectable = (inspectorPort: number): Record<string, string> => ({
  NODE_OPTIONS: inspectorFlag(inspectorPort),
});
