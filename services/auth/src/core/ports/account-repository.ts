import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Account } from '../domain/account.ts';

export type CreateAccountOutcome = 'created' | 'email-taken' | 'username-taken';

export interface AccountRepository {
  /**
   * Stores the account together with the event that tells of it: both or neither. E-mail and username are unique by
   * `loginKey`; of two at once exactly one is created. When both are taken, the e-mail is named.
   */
  create(account: Account, registered: CloudEvent): Promise<CreateAccountOutcome>;
  findById(id: string): Promise<Account | null>;
  /** @param loginKey an e-mail address or a username as `loginKey` gives it */
  findByLogin(loginKey: string): Promise<Account | null>;
  /** Writes only while the stored hash is still `previousHash`: a rehash must never undo a password change that overtook it. */
  replacePasswordHash(id: string, previousHash: string, nextHash: string): Promise<void>;
}
