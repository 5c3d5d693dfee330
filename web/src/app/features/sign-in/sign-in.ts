import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { Session } from '../../api/session.ts';

@Component({
  selector: 'chp-sign-in',
  imports: [FormsModule, RouterLink],
  templateUrl: './sign-in.html',
  styleUrl: './sign-in.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SignIn {
  protected readonly login = signal('');
  protected readonly password = signal('');
  protected readonly failure = signal('');
  protected readonly busy = signal(false);
  private readonly session = inject(Session);
  private readonly router = inject(Router);

  protected async submit(): Promise<void> {
    this.busy.set(true);
    this.failure.set('');
    try {
      await this.session.login({ login: this.login().trim(), password: this.password() });
      await this.router.navigateByUrl('/');
    } catch (error) {
      this.failure.set(error instanceof Error ? error.message : String(error));
    } finally {
      this.busy.set(false);
    }
  }
}
