/** All work is queued behind a bound; a full queue throws the DomainError `rate-limited`. */
export interface PasswordHasher {
  /** A PHC string with the parameters now in force and a fresh salt. */
  hash(password: string): Promise<string>;
  /** With no hash (there is no such account) it does the same work and answers false. */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** Whether the hash was made with other parameters than those now in force. */
  isOutdated(hash: string): boolean;
}
