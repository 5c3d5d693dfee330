import { isDuplicateKey } from '@chatplatform/kit/mongo';
import type { Preferences } from '@chatplatform/contracts/http/notification';
import type { Device } from '../../core/domain/person.ts';
import type { DeviceRepository, PreferencesRepository } from '../../core/ports/devices.ts';
import type { Collections, DeviceDocument } from './collections.ts';

export function createDeviceRepository({ devices }: Collections): DeviceRepository {
  const upsert = async ({ id, token, userId, platform, createdAt }: Device): Promise<Device> => {
    const document = await devices.findOneAndUpdate(
      { token },
      { $set: { userId }, $setOnInsert: { _id: id, platform, createdAt } },
      { upsert: true, returnDocument: 'after' },
    );
    if (document === null) throw new Error('an upsert returned no document');
    return toDevice(document);
  };
  return {
    async register(device) {
      try {
        return await upsert(device);
      } catch (error) {
        // Two registrations of one new token raced: the second finds the first one's document.
        if (!isDuplicateKey(error)) throw error;
        return upsert(device);
      }
    },
    async findByUsers(userIds) {
      const documents = await devices.find({ userId: { $in: [...userIds] } }).toArray();
      return documents.map(toDevice);
    },
    async find(deviceId) {
      const document = await devices.findOne({ _id: deviceId });
      return document && toDevice(document);
    },
    async remove(userId, deviceId) {
      return (await devices.deleteOne({ _id: deviceId, userId })).deletedCount === 1;
    },
    async forget(deviceId, token) {
      await devices.deleteOne({ _id: deviceId, token });
    },
  };
}

function toDevice({ _id, userId, platform, token, createdAt }: DeviceDocument): Device {
  return { id: _id, userId, platform, token, createdAt };
}

export function createPreferencesRepository({ preferences }: Collections): PreferencesRepository {
  return {
    async findMany(userIds) {
      const documents = await preferences.find({ _id: { $in: [...userIds] } }).toArray();
      return new Map(documents.map(({ _id, email, push }): [string, Preferences] => [_id, { email, push }]));
    },
    async save(userId, { email, push }) {
      await preferences.updateOne({ _id: userId }, { $set: { email, push } }, { upsert: true });
    },
  };
}
