import { main } from '@crossdock/runtime';
import { configSchema } from './config.ts';
import { webhookDispatcher } from './service.ts';

await main('webhook-dispatcher', configSchema, webhookDispatcher);
