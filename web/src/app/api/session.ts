import { inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';
import { createApi, createSession, inStorage } from '@chatplatform/client';
import type { Account, LoginRequest, RegisterRequest } from '@chatplatform/contracts/http/auth';

/** Who is signed in, and what may be asked in their name. The refresh token is kept in this tab's session storage. */
@Injectable({ providedIn: 'root' })
export class Session {
  readonly tokens = createSession({ keeper: inStorage(sessionStorage, 'chatplatform.refreshToken') });
  readonly api = createApi(this.tokens);
  readonly account = signal<Account | undefined>(undefined);
  private readonly router = inject(Router);

  constructor() {
    this.tokens.subscribe(() => {
      const ended = this.account() !== undefined && this.tokens.account() === undefined;
      this.account.set(this.tokens.account());
      if (ended) void this.router.navigateByUrl('/sign-in');
    });
  }

  register(request: RegisterRequest): Promise<void> {
    return this.tokens.register(request);
  }

  login(request: LoginRequest): Promise<void> {
    return this.tokens.logIn(request);
  }

  /** Signs in again by the kept refresh token; false when there is none or it is spent. */
  restore(): Promise<boolean> {
    return this.tokens.restore();
  }

  logout(): Promise<void> {
    return this.tokens.logOut();
  }
}
