export { busConfig, commonConfig, ConfigError, mongoConfig, processConfig, readConfig, vaultConfig } from './config.ts';
export { createLogger } from './logger.ts';
export { main, type Surroundings } from './main.ts';
export { createMetrics } from './metrics.ts';
export { createService, type Service, type ServiceOptions } from './service.ts';
