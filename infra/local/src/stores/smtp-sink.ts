import { mkdir } from 'node:fs/promises';
import { answersHttp } from './network.ts';
import { startServer } from '../processes/server.ts';
import type { RunningStore, StoreContext } from './store.ts';

/** MailDev: accepts every mail, delivers none, and lists them at `<SMTP_API_URL>/api/email`. */
export async function startSmtpSink(context: StoreContext, bin: string): Promise<RunningStore> {
  const dir = `${context.dir}/mail`;
  await mkdir(dir, { recursive: true });
  const [smtp, web] = [await context.port(11025), await context.port(11080)];
  const server = await startServer({
    name: 'mail',
    command: process.execPath,
    args: [
      bin,
      '--smtp',
      String(smtp),
      '--web',
      String(web),
      '--ip',
      '127.0.0.1',
      '--web-ip',
      '127.0.0.1',
      '--mail-directory',
      dir,
    ],
    logFile: `${context.dir}/logs/mail.log`,
    ready: () => answersHttp(`http://127.0.0.1:${web}/api/email`),
  });
  return {
    process: server,
    settings: { SMTP_URL: `smtp://127.0.0.1:${smtp}`, SMTP_API_URL: `http://127.0.0.1:${web}` },
    stop: () => server.stop(),
  };
}
