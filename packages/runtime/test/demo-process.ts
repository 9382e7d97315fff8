import { openSpan } from '@crossdock/kernel';
import { createService, main, processConfig } from '@crossdock/runtime';
import Type from 'typebox';

/** A service of one part that does on start what DEMO_DOES says. */
await main(
  'demo',
  Type.Object({ ...processConfig, DEMO_DOES: Type.String({ description: 'what the demo does' }) }),
  ({ config, log }) =>
    createService({
      name: 'demo',
      log,
      host: config.HOST,
      opsPort: config.OPS_PORT,
      parts: [
        {
          name: 'demo',
          async start() {
            if (config.DEMO_DOES === 'reject') void Promise.reject(new Error('nobody waits for me'));
            if (config.DEMO_DOES.startsWith('00-'))
              openSpan({ name: 'demo', kind: 'server', parent: config.DEMO_DOES }).end({ failure: 'BROKEN' });
            if (config.DEMO_DOES === 'log')
              log.info(
                {
                  password: 'hunter2',
                  request: { headers: { authorization: 'hunter2' }, body: { app_secret: 'hunter2' } },
                },
                'told',
              );
          },
          async stop() {
            log.info('part stopped');
          },
        },
      ],
    }),
);
