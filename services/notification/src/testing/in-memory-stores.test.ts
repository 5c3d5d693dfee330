import { newId } from '@chatplatform/kit/ids';
import {
  inMemoryChannels,
  inMemoryDevices,
  inMemoryFanOuts,
  inMemoryNotifications,
  inMemoryPeople,
  inMemoryPreferences,
  inMemoryWithdrawals,
} from './in-memory-stores.ts';
import { describeStoresContract } from './stores-contract.ts';

describeStoresContract('the fake', async () => ({
  people: inMemoryPeople(),
  channels: inMemoryChannels(),
  fanOuts: inMemoryFanOuts(newId),
  withdrawals: inMemoryWithdrawals(),
  notifications: inMemoryNotifications(newId),
  devices: inMemoryDevices(),
  preferences: inMemoryPreferences(),
}));
