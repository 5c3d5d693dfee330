/**
 * A container's first process has no default action for SIGTERM: what comes before somebody listens is lost, and the Pod
 * is killed only when its grace ends. On a busy node a service loads its modules for seconds; nothing has begun until then
 * that would have to be stopped.
 */
const end = (): void => process.exit(0);

/** Until `takeOverSignals`, SIGTERM and SIGINT end the process at once. */
export const endOnSignals = (): void => {
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
};

/** From here on signals are the caller's. */
export const takeOverSignals = (): void => {
  process.off('SIGTERM', end);
  process.off('SIGINT', end);
};
