import { AsyncLocalStorage } from 'node:async_hooks';

/** Told of an error that nobody awaited. */
type OnStray = (error: unknown) => void;

/** Whose work the running code belongs to, however many timers, events and promises it is away from it. */
const owner = new AsyncLocalStorage<OnStray>();

/** Runs `run` such that an error which it, or anything it started, lets slip reaches `onStray`. */
export const owningStrays = <T>(onStray: OnStray, run: () => T): T => owner.run(onStray, run);

/**
 * Sees to it that a rejection nobody awaited, or a throw in a callback, is the error of the reconcile that it came
 * out of instead of the end of the process. One that came out of no reconcile ends the process as ever. Node advises
 * against going on after an uncaught exception; but what a reconcile knows is in the cluster and not in memory, and a
 * single bad object must not keep ending an operator that all others depend on.
 * @param onUnowned what to do about an error that belongs to no reconcile, before the process ends
 * @returns stops it
 */
export const adoptStrayErrors = (
  process: NodeJS.Process,
  onUnowned: (error: unknown) => void,
): (() => void) => {
  const adopt = (error: unknown): void => {
    const onStray = owner.getStore();
    if (onStray) return onStray(error);
    onUnowned(error);
    process.exit(1);
  };
  process.on('unhandledRejection', adopt);
  process.on('uncaughtException', adopt);
  return () => {
    process.off('unhandledRejection', adopt);
    process.off('uncaughtException', adopt);
  };
};
