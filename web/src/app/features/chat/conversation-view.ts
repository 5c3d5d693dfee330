import {
  ChangeDetectionStrategy,
  Component,
  effect,
  type ElementRef,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { DatePipe } from '@angular/common';
import { FormsModule } from '@angular/forms';
import { Backend } from '../../api/backend.ts';
import { ChatStore } from '../../api/chat-store.ts';
import { People } from '../../api/people.ts';
import { Session } from '../../api/session.ts';
import { Picture } from './picture.ts';

/** A person's typing is told at most this often. */
const TYPING_EVERY_MS = 3000;

@Component({
  selector: 'chp-conversation',
  imports: [FormsModule, DatePipe, Picture],
  templateUrl: './conversation-view.html',
  styleUrl: './conversation-view.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ConversationView {
  readonly channelId = input.required<string>();
  protected readonly draft = signal('');
  protected readonly failure = signal('');
  protected readonly uploading = signal(false);
  protected readonly store = inject(ChatStore);
  protected readonly people = inject(People);
  protected readonly session = inject(Session);
  private readonly backend = inject(Backend);
  private readonly list = viewChild<ElementRef<HTMLElement>>('list');
  private typingToldAt = 0;

  constructor() {
    effect(() => void this.run(() => this.store.open(this.channelId())));
    effect(() => {
      // Read, so that the view follows each new message down to the newest.
      this.store.openConversation()?.messages.length;
      const element = this.list()?.nativeElement;
      if (element !== undefined) setTimeout(() => element.scrollTo({ top: element.scrollHeight }));
    });
  }

  protected edited(text: string): void {
    this.draft.set(text);
    const now = Date.now();
    if (text === '' || now - this.typingToldAt < TYPING_EVERY_MS) return;
    this.typingToldAt = now;
    this.store.setTyping(this.channelId(), true);
  }

  protected async send(): Promise<void> {
    const text = this.draft().trim();
    if (text === '') return;
    this.draft.set('');
    this.stopTyping();
    await this.run(() => this.store.send(this.channelId(), text));
  }

  protected async attach(event: Event): Promise<void> {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file === undefined) return;
    this.uploading.set(true);
    await this.run(async () => {
      const media = await this.backend.upload(file);
      await this.store.send(this.channelId(), this.draft().trim(), [media.id]);
      this.draft.set('');
    });
    this.uploading.set(false);
    field.value = '';
  }

  private stopTyping(): void {
    this.typingToldAt = 0;
    this.store.setTyping(this.channelId(), false);
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
