import { inject } from '@angular/core';
import { type CanActivateFn, Router, type Routes } from '@angular/router';
import { Session } from './api/session.ts';

const signedIn: CanActivateFn = async () => {
  const router = inject(Router);
  return (await inject(Session).restore()) || router.parseUrl('/sign-in');
};

export const routes: Routes = [
  { path: 'sign-in', loadComponent: () => import('./features/sign-in/sign-in.ts').then((m) => m.SignIn) },
  { path: 'register', loadComponent: () => import('./features/sign-in/register.ts').then((m) => m.Register) },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: () => import('./features/chat/chat.ts').then((m) => m.Chat),
    children: [
      {
        path: 'channels/:channelId',
        loadComponent: () => import('./features/chat/conversation-view.ts').then((m) => m.ConversationView),
      },
    ],
  },
  { path: '**', redirectTo: '' },
];
