import type { Preferences } from '@chatplatform/contracts/http/notification';
import type { Device } from '../domain/person.ts';

export interface DeviceRepository {
  /** A token belongs to who registered it last; the device keeps its id. Returns the device as it stands. */
  register(device: Device): Promise<Device>;
  findByUsers(userIds: readonly string[]): Promise<Device[]>;
  find(deviceId: string): Promise<Device | null>;
  /** Only the owner's. False when there is no such device. */
  remove(userId: string, deviceId: string): Promise<boolean>;
  /** Forgets a token the push service says is gone. The token is named so that a renewed one survives. */
  forget(deviceId: string, token: string): Promise<void>;
}

export interface PreferencesRepository {
  /** Those who chose; everyone else has the defaults. */
  findMany(userIds: readonly string[]): Promise<ReadonlyMap<string, Preferences>>;
  save(userId: string, preferences: Preferences): Promise<void>;
}
