import { runService } from '@chatplatform/kit/service';
import { loadMediaConfig } from './config.ts';
import { startMedia } from './media-service.ts';

await runService('media', async (context) => {
  await startMedia(context, loadMediaConfig());
});
