import { main } from '@crossdock/runtime';
import { configSchema } from './config.ts';
import { gateway } from './service.ts';

await main('gateway', configSchema, gateway);
