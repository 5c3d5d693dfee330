/** Which web pages may open a connection. `'*'`: all. */
export type AllowedOrigins = ReadonlySet<string> | '*';

/**
 * A page of another site must not talk through its visitor's browser. Without an Origin it is no browser; an Origin
 * that is the host asked for is the platform's own page, under whatever name it is reached.
 */
export function isAllowedOrigin(
  allowed: AllowedOrigins,
  { origin, host }: { origin: string | undefined; host: string | undefined },
): boolean {
  if (origin === undefined || allowed === '*') return true;
  return allowed.has(origin) || (host !== undefined && URL.canParse(origin) && new URL(origin).host === host);
}
