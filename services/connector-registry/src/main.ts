import { main } from '@crossdock/runtime';
import { configSchema } from './config.ts';
import { connectorRegistry } from './service.ts';

await main('connector-registry', configSchema, connectorRegistry);
