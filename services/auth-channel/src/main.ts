import { main } from '@crossdock/runtime';
import { configSchema } from './config.ts';
import { authChannel } from './service.ts';

await main('auth-channel', configSchema, authChannel);
