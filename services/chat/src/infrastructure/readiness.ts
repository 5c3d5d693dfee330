/**
 * Passes for good once `check` has passed. A store that every Pod shares must not make them unready together: nobody
 * would be left to say `unavailable, retry`, and the outage of the store would look like one of the service.
 */
export function latched(check: () => Promise<void>): () => Promise<void> {
  let passed = false;
  return async () => {
    if (passed) return;
    await check();
    passed = true;
  };
}
