import { runService } from '@chatplatform/kit/service';
import { startChat } from './chat-service.ts';
import { loadChatConfig } from './config.ts';

await runService('chat', async (context) => {
  await startChat(context, loadChatConfig());
});
