import { z } from 'zod';
import { entityId, timestamp } from '../ids.ts';

export const preferences = z.strictObject({
  email: z.boolean().default(true),
  push: z.boolean().default(true),
});
export type Preferences = z.infer<typeof preferences>;

export const registerDeviceRequest = z.strictObject({
  platform: z.enum(['fcm']),
  token: z.string().min(8).max(4096),
});
export const device = z.object({ id: entityId, platform: z.enum(['fcm']), createdAt: timestamp });
export type Device = z.infer<typeof device>;
export const deviceList = z.object({ items: z.array(device) });
export type DeviceList = z.infer<typeof deviceList>;

export const notificationKind = z.enum(['message', 'mention', 'friend-request', 'friend-accepted']);
export const notification = z.object({
  id: entityId,
  kind: notificationKind,
  title: z.string(),
  body: z.string(),
  channelId: entityId.nullable(),
  createdAt: timestamp,
  deliveries: z.array(
    z.object({ transport: z.enum(['email', 'push']), status: z.enum(['pending', 'delivered', 'failed']) }),
  ),
});
export type Notification = z.infer<typeof notification>;
export const notificationList = z.object({ items: z.array(notification) });
