import Fastify from 'fastify';
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { startSandbox } from './sandbox.ts';

const log = pino({ name: 'sandbox' });
try {
  const { opsPort, dataDir, ...config } = readConfig(process.env);
  const sandbox = await startSandbox(dataDir === undefined ? config : { ...config, dataDir });
  const ops = Fastify({ logger: false, forceCloseConnections: true });
  ops.get('/livez', async () => ({ status: 'ok' }));
  ops.get('/readyz', async () => ({ status: 'ok' }));
  if (opsPort !== undefined) await ops.listen({ port: opsPort, host: config.host });
  log.info({ url: sandbox.url, control: sandbox.controlUrl }, 'sandbox is up');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void Promise.all([sandbox.stop(), ops.close()]).then(() => process.exit(0));
    });
  }
} catch (err) {
  log.fatal(err);
  process.exit(1);
}
