import type { EventType } from './catalogue.ts';

/**
 * Which service wants which events. Everyone who connects to the broker declares all of these queues and bindings, so
 * that an event published before its consumer has ever run waits for it instead of being dropped.
 */
export const subscriptions = {
  user: ['user.registered.v1'],
  chat: ['user.registered.v1', 'user.profile-updated.v1'],
  notification: [
    'user.registered.v1',
    'user.profile-updated.v1',
    'user.friendship-requested.v1',
    'user.friendship-accepted.v1',
    'chat.channel.created.v1',
    'chat.channel.member-added.v1',
    'chat.channel.member-removed.v1',
    'chat.message.created.v1',
    'chat.message.deleted.v1',
  ],
  analytics: [
    'user.registered.v1',
    'chat.channel.created.v1',
    'chat.message.created.v1',
    'media.uploaded.v1',
    'notification.delivered.v1',
  ],
} as const satisfies Record<string, readonly EventType[]>;

/**
 * Which service wants which events in every one of its processes, each through a queue that lives as long as its connection.
 * What comes while a process is away passes it by: it needs a second source.
 */
export const broadcasts = {
  user: ['auth.session-revoked.v1'],
  chat: ['auth.session-revoked.v1'],
  media: ['auth.session-revoked.v1'],
  notification: ['auth.session-revoked.v1'],
  analytics: ['auth.session-revoked.v1'],
  gateway: ['auth.session-revoked.v1'],
} as const satisfies Record<string, readonly EventType[]>;

/** Which service tells of it; an event's `source` is `/services/<producer>`. */
export const producers: Readonly<Record<EventType, string>> = {
  'auth.session-revoked.v1': 'auth',
  'user.registered.v1': 'auth',
  'user.profile-updated.v1': 'user',
  'user.friendship-requested.v1': 'user',
  'user.friendship-accepted.v1': 'user',
  'chat.channel.created.v1': 'chat',
  'chat.channel.member-added.v1': 'chat',
  'chat.channel.member-removed.v1': 'chat',
  'chat.message.created.v1': 'chat',
  'chat.message.edited.v1': 'chat',
  'chat.message.deleted.v1': 'chat',
  'chat.message.reacted.v1': 'chat',
  'chat.channel.archived.v1': 'chat',
  'media.uploaded.v1': 'media',
  'notification.delivered.v1': 'notification',
};
