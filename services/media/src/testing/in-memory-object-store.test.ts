import { inMemoryObjectStore } from './in-memory-object-store.ts';
import { describeObjectStoreContract } from './object-store-contract.ts';

describeObjectStoreContract('the fake', async () => inMemoryObjectStore());
