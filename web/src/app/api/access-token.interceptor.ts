import type { HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { from, switchMap } from 'rxjs';
import { Session } from './session.ts';

export const withAccessToken: HttpInterceptorFn = (request, next) => {
  const session = inject(Session);
  return from(session.token()).pipe(
    switchMap((token) => next(request.clone({ setHeaders: { authorization: `Bearer ${token}` } }))),
  );
};
