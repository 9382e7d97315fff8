import { main } from '@crossdock/runtime';
import { configSchema } from './config.ts';
import { shopSettings } from './service.ts';

await main('shop-settings', configSchema, shopSettings);
