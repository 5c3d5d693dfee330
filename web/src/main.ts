import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { App } from './app/app.ts';
import { routes } from './app/app.routes.ts';

bootstrapApplication(App, {
  providers: [provideZonelessChangeDetection(), provideRouter(routes, withComponentInputBinding())],
}).catch((error: unknown) => {
  document.body.textContent = `ChatPlatform could not start: ${String(error)}`;
});
