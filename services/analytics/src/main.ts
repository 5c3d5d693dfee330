import { runService } from '@chatplatform/kit/service';
import { startAnalytics } from './analytics-service.ts';
import { loadAnalyticsConfig } from './config.ts';

await runService('analytics', async (context) => {
  await startAnalytics(context, loadAnalyticsConfig());
});
