import { runService } from '@chatplatform/kit/service';
import { loadGatewayConfig } from './config.ts';
import { startGateway } from './gateway-service.ts';

await runService('gateway', async (context) => {
  await startGateway(context, loadGatewayConfig());
});
