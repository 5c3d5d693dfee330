import { preferences as preferencesSchema } from '@chatplatform/contracts/http/notification';
import type { Preferences } from '@chatplatform/contracts/http/notification';
import type { Notification } from '../domain/notification.ts';
import type { Device } from '../domain/person.ts';
import type { DeviceRepository, PreferencesRepository } from '../ports/devices.ts';
import type { NotificationRepository } from '../ports/notification-repository.ts';

/** One person's own notifications, newest first. */
export function listNotifications(
  notifications: NotificationRepository,
  request: { userId: string; before: string | null; limit: number },
): Promise<Notification[]> {
  return notifications.list(request.userId, request);
}

/** What the person chose, or the defaults. */
export async function preferencesOf(repository: PreferencesRepository, userId: string): Promise<Preferences> {
  return (await repository.findMany([userId])).get(userId) ?? preferencesSchema.parse({});
}

export function devicesOf(devices: DeviceRepository, userId: string): Promise<Device[]> {
  return devices.findByUsers([userId]);
}
