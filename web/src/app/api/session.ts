import { HttpBackend, HttpClient, HttpErrorResponse } from '@angular/common/http';
import { inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';
import type {
  Account,
  LoginRequest,
  RegisterRequest,
  TokenResponse,
} from '@chatplatform/contracts/http/auth';
import { firstValueFrom, type Observable } from 'rxjs';
import { problemText } from '../core/problem-text.ts';

const STORED_REFRESH_TOKEN = 'chatplatform.refreshToken';
/** An access token is renewed this long before it ends, so that no request goes out with a dead one. */
const RENEW_BEFORE_MS = 30_000;

export class RequestFailed extends Error {}

/** Who is signed in. The access token lives in memory only; the refresh token in this tab's session storage. */
@Injectable({ providedIn: 'root' })
export class Session {
  readonly account = signal<Account | undefined>(undefined);
  // Past the interceptor, which would ask this class for a token.
  private readonly http = new HttpClient(inject(HttpBackend));
  private readonly router = inject(Router);
  private accessToken = '';
  private renewAt = 0;
  private renewing: Promise<boolean> | undefined;

  async register(request: RegisterRequest): Promise<void> {
    await attempt(this.http.post('/api/v1/auth/register', request));
    await this.login({ login: request.username, password: request.password });
  }

  async login(request: LoginRequest): Promise<void> {
    this.accept(await attempt(this.http.post<TokenResponse>('/api/v1/auth/login', request)));
  }

  /** Signs in again by the kept refresh token; false when there is none or it is spent. */
  async restore(): Promise<boolean> {
    if (this.account() !== undefined) return true;
    return this.renew();
  }

  /** A token good for at least half a minute. */
  async token(): Promise<string> {
    if (Date.now() >= this.renewAt && !(await this.renew())) await this.router.navigateByUrl('/sign-in');
    return this.accessToken;
  }

  async logout(): Promise<void> {
    const refreshToken = sessionStorage.getItem(STORED_REFRESH_TOKEN);
    this.forget();
    if (refreshToken !== null) await attempt(this.http.post('/api/v1/auth/logout', { refreshToken }));
  }

  /** One renewal at a time: a refresh token is good for one use, and a second use would end the session. */
  private renew(): Promise<boolean> {
    this.renewing ??= this.renewOnce().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renewOnce(): Promise<boolean> {
    const refreshToken = sessionStorage.getItem(STORED_REFRESH_TOKEN);
    if (refreshToken === null) return false;
    try {
      this.accept(
        await firstValueFrom(this.http.post<TokenResponse>('/api/v1/auth/refresh', { refreshToken })),
      );
      return true;
    } catch (error) {
      // Only a refusal ends the session; a server that is away may know the token later.
      if (error instanceof HttpErrorResponse && (error.status === 401 || error.status === 403)) this.forget();
      return false;
    }
  }

  private accept(tokens: TokenResponse): void {
    this.accessToken = tokens.accessToken;
    this.renewAt = Date.now() + tokens.expiresInSeconds * 1000 - RENEW_BEFORE_MS;
    sessionStorage.setItem(STORED_REFRESH_TOKEN, tokens.refreshToken);
    this.account.set(tokens.account);
  }

  private forget(): void {
    this.accessToken = '';
    this.renewAt = 0;
    sessionStorage.removeItem(STORED_REFRESH_TOKEN);
    this.account.set(undefined);
  }
}

/** Awaits a request; an error answer becomes a `RequestFailed` that says what a person should read. */
export async function attempt<T>(request: Observable<T>): Promise<T> {
  try {
    return await firstValueFrom(request);
  } catch (error) {
    if (error instanceof HttpErrorResponse) throw new RequestFailed(problemText(error.error));
    throw error;
  }
}
