import type { Account } from '../domain/account.ts';

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

export interface AccessTokenIssuer {
  issue(account: Account, sessionId: string, now: Date): Promise<AccessToken>;
}

/** Opaque, with 256 bits of randomness. */
export interface RefreshTokenFactory {
  create(): { readonly secret: string; readonly hash: string };
  hash(secret: string): string;
}
