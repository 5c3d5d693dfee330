import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { Session } from '../../api/session.ts';

@Component({
  selector: 'chp-register',
  imports: [FormsModule, RouterLink],
  templateUrl: './register.html',
  styleUrl: './sign-in.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Register {
  protected readonly form = signal({ displayName: '', username: '', email: '', password: '' });
  protected readonly failure = signal('');
  protected readonly busy = signal(false);
  private readonly session = inject(Session);
  private readonly router = inject(Router);

  protected set(field: 'displayName' | 'username' | 'email' | 'password', value: string): void {
    this.form.update((form) => ({ ...form, [field]: value }));
  }

  protected async submit(): Promise<void> {
    this.busy.set(true);
    this.failure.set('');
    try {
      await this.session.register(this.form());
      await this.router.navigateByUrl('/');
    } catch (error) {
      this.failure.set(error instanceof Error ? error.message : String(error));
    } finally {
      this.busy.set(false);
    }
  }
}
