/** What this needs of engine.io's connection; the TCP connection below it is private in the types of both libraries. */
export interface FlushedConnection {
  readonly transport: {
    readonly socket?: { readonly _socket?: { cork(): void; uncork(): void } };
  };
  on(
    event: 'flush',
    listener: (this: FlushedConnection, packets: { readonly length: number }) => void,
  ): unknown;
  on(event: 'drain', listener: (this: FlushedConnection) => void): unknown;
}

function onFlush(this: FlushedConnection, { length }: { readonly length: number }): void {
  if (length > 1) this.transport.socket?._socket?.cork();
}

/** Follows a flush in the same turn. */
function onDrain(this: FlushedConnection): void {
  this.transport.socket?._socket?.uncork();
}

/**
 * Packets that are flushed together are handed to the kernel together. A WebSocket is otherwise written to once a frame,
 * which is most of what a busy room costs. The listeners are shared by all connections, for there are many.
 */
export function shareWrites(connection: FlushedConnection): void {
  connection.on('flush', onFlush);
  connection.on('drain', onDrain);
}
