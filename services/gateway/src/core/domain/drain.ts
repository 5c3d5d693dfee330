/** When each of `count` connections is ended, in ms from now: evenly over the window, so that they return evenly. */
export const drainPlan = (count: number, windowMs: number): number[] =>
  Array.from({ length: count }, (_, index) => (windowMs * index) / count);
