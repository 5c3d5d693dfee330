import { inject, Injectable, signal } from '@angular/core';
import type { Profile } from '@chatplatform/contracts/http/user';
import { Session } from './session.ts';

/** Names for ids, fetched once each. */
@Injectable({ providedIn: 'root' })
export class People {
  private readonly session = inject(Session);
  private readonly known = signal<ReadonlyMap<string, Profile>>(new Map());
  private readonly asked = new Set<string>();

  nameOf(userId: string): string {
    return this.known().get(userId)?.displayName ?? '…';
  }

  remember(profiles: readonly Profile[]): void {
    this.known.update((known) => {
      const next = new Map(known);
      for (const profile of profiles) next.set(profile.id, profile);
      return next;
    });
  }

  want(userIds: readonly string[]): void {
    for (const userId of userIds) {
      if (this.asked.has(userId)) continue;
      this.asked.add(userId);
      this.session.api.getPerson(userId).then(
        (profile) => this.remember([profile]),
        // Its profile may be on its way (a person who registered this second): ask again when next wanted.
        () => this.asked.delete(userId),
      );
    }
  }
}
