import { entityId } from '../../ids.ts';

/** What the routes of channels, members and messages have in common. */
export const inChannel = { parameters: { channelId: entityId }, access: 'user', service: 'chat' } as const;
export const NOT_FOUND = ['channel.not-found'];
/** Of what takes a place in a channel's stream. */
export const APPENDING = { 429: ['channel.busy'], 503: ['channel.contended', 'store.unavailable'] };
