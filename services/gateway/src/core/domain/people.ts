import { rateLimited } from '@chatplatform/kit/errors';

/** What a person's connections to this process share. */
export interface Person {
  readonly userId: string;
  connections: number;
  /** Rate limit of all their frames: when the bucket is full again, in ms. */
  framesFullAt: number;
}

const RETRY_AFTER_SECONDS = 30;

/** Everybody who is connected to this process. A limit holds a process, so across gateways it is a multiple. */
export class People {
  readonly #people = new Map<string, Person>();
  readonly #maxConnections: number;

  /** @param maxConnections of one person */
  constructor(maxConnections: number) {
    this.#maxConnections = maxConnections;
  }

  get size(): number {
    return this.#people.size;
  }

  /**
   * One more connection; `leave` takes it back.
   * @throws DomainError `rate-limited` (`connections.too-many`)
   */
  enter(userId: string): Person {
    const person = this.#people.get(userId) ?? { userId, connections: 0, framesFullAt: 0 };
    if (person.connections >= this.#maxConnections)
      throw rateLimited(
        'connections.too-many',
        `At most ${this.#maxConnections} connections a person; close one.`,
        RETRY_AFTER_SECONDS,
      );
    person.connections += 1;
    this.#people.set(userId, person);
    return person;
  }

  leave(person: Person): void {
    person.connections -= 1;
    if (person.connections === 0) this.#people.delete(person.userId);
  }
}
