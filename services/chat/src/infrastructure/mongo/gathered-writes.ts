export interface WriteGathering {
  /** Writes of one command. */
  readonly atMost: number;
  /** Commands under way at once; what is to be written beyond that is gathered. */
  readonly atOnce: number;
}

interface Wanted<W, R> {
  readonly write: W;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Gathers writes that have nothing to do with one another: while enough commands are under way, what comes meanwhile goes
 * into the next one. A few channels wait for nothing; with many, a command and its round trip serve many channels.
 *
 * @param perform resolves to the results in the order of the writes; a failure is that of all of them, and of all that wait
 */
export function gatherWrites<W, R>(
  perform: (writes: readonly W[]) => Promise<readonly R[]>,
  { atMost, atOnce }: WriteGathering,
): (write: W) => Promise<R> {
  const waiting: Wanted<W, R>[] = [];
  let underWay = 0;

  const next = async (): Promise<void> => {
    const group = waiting.splice(0, atMost);
    underWay += 1;
    try {
      const results = await perform(group.map(({ write }) => write));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as R);
    } catch (error) {
      // What waits behind it too: to find out again that the store is away would take another deadline.
      for (const { reject } of [...group, ...waiting.splice(0)]) reject(error);
    }
    underWay -= 1;
    if (waiting.length > 0) void next();
  };

  return (write) =>
    new Promise((resolve, reject) => {
      waiting.push({ write, resolve, reject });
      if (underWay < atOnce) void next();
    });
}
