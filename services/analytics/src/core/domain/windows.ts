/** Windows begin at multiples of their length since 1970, so that two questions a minute apart share their windows. */
export interface WindowRange {
  /** Start of the first window. */
  readonly start: Date;
  readonly stop: Date;
  readonly windowSeconds: number;
}

export function windowRange(now: Date, sinceMinutes: number, windowSeconds: number): WindowRange {
  const windowMs = windowSeconds * 1000;
  const start = Math.floor((now.getTime() - sinceMinutes * 60_000) / windowMs) * windowMs;
  return { start: new Date(start), stop: now, windowSeconds };
}

export function windowCount({ start, stop, windowSeconds }: WindowRange): number {
  return Math.ceil((stop.getTime() - start.getTime()) / (windowSeconds * 1000));
}

/** Every window of the range, zero where nothing was counted: a gap in a chart would look like a gap in the data. */
export function fillWindows(
  range: WindowRange,
  counted: ReadonlyMap<number, number>,
): { readonly time: Date; readonly count: number }[] {
  return Array.from({ length: windowCount(range) }, (_, index) => {
    const time = range.start.getTime() + index * range.windowSeconds * 1000;
    return { time: new Date(time), count: counted.get(time) ?? 0 };
  });
}
