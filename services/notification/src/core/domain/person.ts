/** What notification knows of a person: a projection of auth's and user's events. */
export interface Person {
  readonly userId: string;
  readonly displayName: string;
  /** null until `user.registered` arrived; a profile update may come first. */
  readonly email: string | null;
}

/** A device that takes pushes. */
export interface Device {
  readonly id: string;
  readonly userId: string;
  readonly platform: 'fcm';
  readonly token: string;
  readonly createdAt: Date;
}
