import type { Principal } from './access.ts';

/** Of tokens that are used again and again, each a few hundred bytes. */
const AT_MOST = 10_000;

/**
 * Tokens whose signature was found right, with whom they stand for: to check one costs as much as all the rest of a small
 * request. Nothing of them changes until they expire. A key that its issuer withdraws goes on being believed for tokens
 * that were seen before it was withdrawn; an access token lives ten minutes, and published keys are cached as long.
 */
export class VerifiedTokens {
  readonly #principals = new Map<string, Principal>();
  readonly #atMost: number;

  /** @param atMost the longest known goes first; 0: none. Default: 10,000 */
  constructor(atMost = AT_MOST) {
    this.#atMost = atMost;
  }

  find(token: string, now: Date): Principal | undefined {
    const principal = this.#principals.get(token);
    if (principal === undefined || principal.expiresAt > now) return principal;
    this.#principals.delete(token);
    return undefined;
  }

  keep(token: string, principal: Principal): void {
    this.#principals.set(token, principal);
    if (this.#principals.size <= this.#atMost) return;
    const [oldest] = this.#principals.keys();
    if (oldest !== undefined) this.#principals.delete(oldest);
  }
}
