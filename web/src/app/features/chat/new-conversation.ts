import { ChangeDetectionStrategy, Component, computed, inject, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import type { FriendRequest, Profile } from '@chatplatform/contracts/http/user';
import { ChatStore } from '../../api/chat-store.ts';
import { People } from '../../api/people.ts';
import { Session } from '../../api/session.ts';

/** Find people, befriend them, write to one, or make a channel of several. */
@Component({
  selector: 'chp-new-conversation',
  imports: [FormsModule],
  templateUrl: './new-conversation.html',
  styleUrl: './new-conversation.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NewConversation {
  readonly opened = output<string>();
  protected readonly query = signal('');
  protected readonly found = signal<readonly Profile[]>([]);
  protected readonly chosen = signal<readonly Profile[]>([]);
  protected readonly channelName = signal('');
  protected readonly failure = signal('');
  protected readonly incoming = signal<readonly FriendRequest[]>([]);
  protected readonly others = computed(() =>
    this.found().filter((person) => person.id !== this.session.account()?.id),
  );
  protected readonly people = inject(People);
  private readonly store = inject(ChatStore);
  private readonly session = inject(Session);

  constructor() {
    void this.run(() => this.loadRequests());
  }

  protected search(): Promise<void> {
    return this.run(async () => {
      const { items } = await this.session.api.searchPeople(this.query().trim());
      this.people.remember(items);
      this.found.set(items);
    });
  }

  protected toggle(person: Profile): void {
    this.chosen.update((chosen) =>
      chosen.some(({ id }) => id === person.id)
        ? chosen.filter(({ id }) => id !== person.id)
        : [...chosen, person],
    );
  }

  protected isChosen(person: Profile): boolean {
    return this.chosen().some(({ id }) => id === person.id);
  }

  protected befriend(person: Profile): Promise<void> {
    return this.run(async () => {
      await this.session.api.requestFriendship(person.id);
      await this.loadRequests();
    });
  }

  protected accept(request: FriendRequest): Promise<void> {
    return this.run(async () => {
      await this.session.api.acceptFriendship(request.id);
      await this.loadRequests();
    });
  }

  protected write(person: Profile): Promise<void> {
    return this.run(async () => {
      this.opened.emit((await this.store.createChannel({ kind: 'direct', peerId: person.id })).id);
    });
  }

  protected createChannel(): Promise<void> {
    return this.run(async () => {
      const channel = await this.store.createChannel({
        kind: 'group',
        name: this.channelName().trim(),
        memberIds: this.chosen().map(({ id }) => id),
      });
      this.opened.emit(channel.id);
    });
  }

  private async loadRequests(): Promise<void> {
    const { items } = await this.session.api.listFriendRequests();
    const me = this.session.account()?.id;
    const incoming = items.filter((request) => request.addresseeId === me && request.status === 'pending');
    this.people.want(incoming.map((request) => request.requesterId));
    this.incoming.set(incoming);
  }

  private async run(work: () => Promise<void>): Promise<void> {
    this.failure.set('');
    try {
      await work();
    } catch (error) {
      this.failure.set(error instanceof Error ? error.message : String(error));
    }
  }
}
