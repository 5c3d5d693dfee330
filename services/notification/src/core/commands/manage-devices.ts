import { conflict, notFound } from '@chatplatform/kit/errors';
import type { Clock } from '@chatplatform/kit/clock';
import type { Device } from '../domain/person.ts';
import type { DeviceRepository } from '../ports/devices.ts';

/** More than anyone carries; bounds what one message can cost. */
export const MAX_DEVICES_PER_USER = 20;

export interface DeviceDeps {
  readonly devices: DeviceRepository;
  readonly clock: Clock;
  readonly newId: () => string;
}

export async function registerDevice(
  deps: DeviceDeps,
  request: { userId: string; platform: 'fcm'; token: string },
): Promise<Device> {
  const known = await deps.devices.findByUsers([request.userId]);
  const isNew = known.every((device) => device.token !== request.token);
  if (isNew && known.length >= MAX_DEVICES_PER_USER) {
    throw conflict(
      'device.too-many',
      `At most ${MAX_DEVICES_PER_USER} devices an account: remove one first.`,
    );
  }
  return deps.devices.register({ id: deps.newId(), ...request, createdAt: deps.clock.now() });
}

export async function removeDevice(
  deps: DeviceDeps,
  request: { userId: string; deviceId: string },
): Promise<void> {
  if (!(await deps.devices.remove(request.userId, request.deviceId))) {
    throw notFound('device.not-found', 'No such device of yours.');
  }
}
