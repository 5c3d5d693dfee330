import { mkdir } from 'node:fs/promises';
import { accepts } from './network.ts';
import { startServer } from '../processes/server.ts';
import type { RunningStore, StoreContext } from './store.ts';

const ACCOUNT = 'chatplatform';
/** A key for the emulator on this machine only; Azure's account keys are 64 bytes in base64. */
const KEY = Buffer.from('chatplatform'.repeat(6).slice(0, 64)).toString('base64');

/** Azurite, Microsoft's emulator of Azure Blob. Without `--skipApiVersionCheck` every call of a current SDK is refused. */
export async function startObjectStorage(context: StoreContext, bin: string): Promise<RunningStore> {
  const dir = `${context.dir}/object-storage`;
  await mkdir(dir, { recursive: true });
  const port = await context.port(11000);
  const server = await startServer({
    name: 'object-storage',
    command: process.execPath,
    args: [
      bin,
      '--blobHost',
      '127.0.0.1',
      '--blobPort',
      String(port),
      '--location',
      dir,
      '--skipApiVersionCheck',
      '--disableTelemetry',
      '--silent',
    ],
    env: { AZURITE_ACCOUNTS: `${ACCOUNT}:${KEY}` },
    logFile: `${context.dir}/logs/object-storage.log`,
    ready: () => accepts(port),
  });
  const endpoint = `http://127.0.0.1:${port}/${ACCOUNT}`;
  return {
    process: server,
    settings: {
      AZURE_BLOB_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${endpoint};`,
    },
    stop: () => server.stop(),
  };
}
