import { createCounter } from '@chatplatform/kit/metrics';

export interface BufferLimits {
  /** Packets that wait for one slow reader at most. */
  readonly packets: number;
  /** What they hold at most, in bytes (of text: characters), and what the kernel has not taken yet. */
  readonly bytes: number;
}

/** More than the largest page of messages that a frame is answered with. */
export const BUFFER_LIMITS: BufferLimits = { packets: 1_000, bytes: 8 * 1024 * 1024 };

/** What this needs of engine.io's connection; some of it is private in its types and told nowhere else. */
export interface BufferedConnection {
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly writable: boolean;
    readonly socket?: { readonly bufferedAmount: number; terminate(): void };
  };
  close(discard?: boolean): unknown;
  on(
    event: 'packetCreate',
    listener: (this: BufferedConnection, packet: { data?: unknown }) => void,
  ): unknown;
  on(event: 'flush' | 'close', listener: (this: BufferedConnection) => void): unknown;
}

export const ended = createCounter({
  name: 'gateway_connections_ended_total',
  help: 'Connections that the gateway ended, by reason.',
  labelNames: ['reason'],
});

/** Bytes that wait in a connection's buffer; only of connections that lag, which are few. */
const waiting = new WeakMap<BufferedConnection, number>();

/** What a connection holds that its reader has not taken. */
export const bufferedBytes = (connection: BufferedConnection): number =>
  (waiting.get(connection) ?? 0) + (connection.transport.socket?.bufferedAmount ?? 0);

/**
 * Cuts a connection the moment more waits for it than it may: it would be served ever older messages from ever more
 * memory. Its client comes back and syncs. The listeners are shared by all connections, for there are many.
 */
export function boundBuffers({ packets, bytes }: BufferLimits): (connection: BufferedConnection) => void {
  function onPacket(this: BufferedConnection, { data }: { data?: unknown }): void {
    const { writeBuffer, transport } = this;
    // Goes out at once: the usual case, which has to stay cheap.
    if (transport.writable && writeBuffer.length === 0) return;
    waiting.set(this, (waiting.get(this) ?? 0) + sizeOf(data));
    if (writeBuffer.length >= packets || bufferedBytes(this) > bytes) cut(this);
  }
  function onFlush(this: BufferedConnection): void {
    waiting.delete(this);
  }
  return (connection) => {
    connection.on('packetCreate', onPacket);
    connection.on('flush', onFlush);
    connection.on('close', onFlush);
  };
}

const sizeOf = (data: unknown): number =>
  typeof data === 'string' ? data.length : ArrayBuffer.isView(data) ? data.byteLength : 0;

/** A close frame, and a goodbye, would join the end of a queue that is not read: the buffers are to go now. */
function cut(connection: BufferedConnection): void {
  ended.inc({ reason: 'slow' });
  const { socket } = connection.transport;
  if (socket === undefined) connection.close(true);
  else socket.terminate();
}
