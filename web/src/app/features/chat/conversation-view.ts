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
import { ChatStore } from '../../api/chat-store.ts';
import { People } from '../../api/people.ts';
import { Session } from '../../api/session.ts';
import { Picture } from './picture.ts';

/** A person's typing is told at most this often. */
const TYPING_EVERY_MS = 3000;

@Component({
  selector: 'chp-conversation',
  imports: [DatePipe, Picture],
  templateUrl: './conversation-view.html',
  styleUrl: './conversation-view.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ConversationView {
  readonly channelId = input.required<string>();
  protected readonly failure = signal('');
  protected readonly uploading = signal(false);
  protected readonly store = inject(ChatStore);
  protected readonly people = inject(People);
  protected readonly session = inject(Session);
  private readonly list = viewChild<ElementRef<HTMLElement>>('list');
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private typingToldAt = 0;

  constructor() {
    effect(() => void this.run(() => this.store.open(this.channelId())));
    effect(() => {
      // Read, so that the view follows each new message down to the newest.
      this.store.openTimeline()?.messages.length;
      const element = this.list()?.nativeElement;
      if (element !== undefined) setTimeout(() => element.scrollTo({ top: element.scrollHeight }));
    });
  }

  protected edited(text: string): void {
    const now = Date.now();
    if (text === '' || now - this.typingToldAt < TYPING_EVERY_MS) return;
    this.typingToldAt = now;
    this.store.setTyping(this.channelId(), true);
  }

  protected send(event: Event): void {
    event.preventDefault();
    const text = this.takeDraft();
    if (text !== '') this.store.send(this.channelId(), text);
  }

  protected async attach(event: Event): Promise<void> {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file === undefined) return;
    this.uploading.set(true);
    await this.run(async () => {
      const media = await this.session.api.upload(file, file.type || 'application/octet-stream');
      this.store.send(this.channelId(), this.takeDraft(), [media.id]);
    });
    this.uploading.set(false);
    field.value = '';
  }

  /**
   * Empties the field itself: a binding would see '' before and '' after when somebody types and sends within one
   * change detection, and leave the text standing.
   */
  private takeDraft(): string {
    const element = this.field().nativeElement;
    const text = element.value.trim();
    element.value = '';
    if (text !== '') this.store.setTyping(this.channelId(), false);
    this.typingToldAt = 0;
    return text;
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
