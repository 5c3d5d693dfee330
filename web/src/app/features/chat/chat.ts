import {
  ChangeDetectionStrategy,
  Component,
  inject,
  type OnDestroy,
  type OnInit,
  signal,
} from '@angular/core';
import { Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import type { Channel } from '@chatplatform/contracts/http/chat';
import { ChatStore } from '../../api/chat-store.ts';
import { People } from '../../api/people.ts';
import { Session } from '../../api/session.ts';
import { NewConversation } from './new-conversation.ts';

/** The frame: channels at the left, the open conversation at the right. */
@Component({
  selector: 'chp-chat',
  imports: [RouterOutlet, RouterLink, RouterLinkActive, NewConversation],
  templateUrl: './chat.html',
  styleUrl: './chat.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Chat implements OnInit, OnDestroy {
  protected readonly store = inject(ChatStore);
  protected readonly session = inject(Session);
  protected readonly creating = signal(false);
  private readonly people = inject(People);
  private readonly router = inject(Router);

  ngOnInit(): void {
    this.store.start();
  }

  ngOnDestroy(): void {
    this.store.stop();
  }

  protected titleOf(channel: Channel): string {
    return channel.peerId === null ? (channel.name ?? '') : this.people.nameOf(channel.peerId);
  }

  protected async opened(channelId: string): Promise<void> {
    this.creating.set(false);
    await this.router.navigate(['/channels', channelId]);
  }

  protected async signOut(): Promise<void> {
    await this.session.logout();
    await this.router.navigateByUrl('/sign-in');
  }
}
