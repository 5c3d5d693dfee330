/** A person's way in. The profile that others see belongs to the user service. */
export interface Account {
  readonly id: string;
  /** As its owner wrote it; compared by `loginKey`. */
  readonly email: string;
  readonly username: string;
  readonly displayName: string;
  readonly roles: readonly string[];
  /** argon2id in PHC string format; carries its own parameters and salt. */
  readonly passwordHash: string;
  readonly createdAt: Date;
}

export const ADMIN_ROLE = 'admin';

/** The form under which e-mail addresses and usernames are unique and looked up: letter case never tells two people apart. */
export const loginKey = (login: string): string => login.trim().normalize('NFKC').toLowerCase();

/** A username cannot hold an `@`, so one field of a form serves both. */
export const isEmailLogin = (login: string): boolean => login.includes('@');
