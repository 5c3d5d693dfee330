import { runService } from '@chatplatform/kit/service';
import { loadNotificationConfig } from './config.ts';
import { startNotification } from './notification-service.ts';

await runService('notification', async (context) => {
  await startNotification(context, loadNotificationConfig());
});
