import { newId } from '@chatplatform/kit/ids';
import {
  inMemoryChannels,
  inMemoryDevices,
  inMemoryFanOuts,
  inMemoryNotifications,
  inMemoryPeople,
  inMemoryPreferences,
} from './in-memory-stores.ts';
import { describeStoresContract } from './stores-contract.ts';

describeStoresContract('the fake', async () => ({
  people: inMemoryPeople(),
  channels: inMemoryChannels(),
  fanOuts: inMemoryFanOuts(newId),
  notifications: inMemoryNotifications(newId),
  devices: inMemoryDevices(),
  preferences: inMemoryPreferences(),
}));
