import { main } from '@crossdock/runtime';
import { configSchema } from './config.ts';
import { syncOrchestrator } from './service.ts';

await main('sync-orchestrator', configSchema, syncOrchestrator);
