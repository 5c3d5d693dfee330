import {
  deviceList,
  notificationList,
  preferences as preferencesDto,
  registerDeviceRequest,
} from '@chatplatform/contracts/http/notification';
import type {
  Device as DeviceDto,
  Notification as NotificationDto,
} from '@chatplatform/contracts/http/notification';
import { entityId } from '@chatplatform/contracts/ids';
import { principalOf, requireUser } from '@chatplatform/kit/access';
import type { TokenVerifier } from '@chatplatform/kit/access';
import type { Clock } from '@chatplatform/kit/clock';
import { parseWith } from '@chatplatform/kit/http';
import { Router } from 'express';
import { z } from 'zod';
import { registerDevice, removeDevice } from '../core/commands/manage-devices.ts';
import type { Notification } from '../core/domain/notification.ts';
import type { Device } from '../core/domain/person.ts';
import type { DeviceRepository, PreferencesRepository } from '../core/ports/devices.ts';
import type { NotificationRepository } from '../core/ports/notification-repository.ts';
import { devicesOf, listNotifications, preferencesOf } from '../core/queries/notifications.ts';

export interface RouteDeps {
  readonly verifier: TokenVerifier;
  readonly notifications: NotificationRepository;
  readonly devices: DeviceRepository;
  readonly preferences: PreferencesRepository;
  readonly clock: Clock;
  readonly newId: () => string;
}

const listQuery = z.strictObject({
  /** The id of the last one already seen. */
  before: entityId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Everything here is the caller's own: the user id comes from the token, never from the request. */
export function notificationRoutes(deps: RouteDeps): Router {
  const router = Router();
  router.use(requireUser(deps.verifier));

  router.get('/', async (req, res) => {
    const { before, limit } = parseWith(listQuery, req.query);
    const { userId } = principalOf(req);
    const items = await listNotifications(deps.notifications, { userId, before: before ?? null, limit });
    res.json(notificationList.parse({ items: items.map(presentNotification) }));
  });

  router.get('/preferences', async (req, res) => {
    res.json(await preferencesOf(deps.preferences, principalOf(req).userId));
  });

  router.put('/preferences', async (req, res) => {
    const chosen = parseWith(preferencesDto, req.body);
    await deps.preferences.save(principalOf(req).userId, chosen);
    res.json(chosen);
  });

  router.get('/devices', async (req, res) => {
    const devices = await devicesOf(deps.devices, principalOf(req).userId);
    res.json(deviceList.parse({ items: devices.map(presentDevice) }));
  });

  router.post('/devices', async (req, res) => {
    const { platform, token } = parseWith(registerDeviceRequest, req.body);
    const device = await registerDevice(deps, { userId: principalOf(req).userId, platform, token });
    res.status(201).location(`${req.baseUrl}/devices/${device.id}`).json(presentDevice(device));
  });

  router.delete('/devices/:deviceId', async (req, res) => {
    const deviceId = parseWith(entityId, req.params.deviceId);
    await removeDevice(deps, { userId: principalOf(req).userId, deviceId });
    res.status(204).end();
  });
  return router;
}

function presentNotification(notification: Notification): NotificationDto {
  const { id, kind, title, body, channelId } = notification;
  return {
    id,
    kind,
    title,
    body,
    channelId,
    createdAt: notification.createdAt.toISOString(),
    deliveries: notification.deliveries.map(({ transport, status }) => ({ transport, status })),
  };
}

/** Without the token: it is a credential of the device. */
function presentDevice({ id, platform, createdAt }: Device): DeviceDto {
  return { id, platform, createdAt: createdAt.toISOString() };
}
