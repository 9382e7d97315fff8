export { ROOT } from './files.ts';
export { spawnChild, type Child } from './processes.ts';
export { startProduct, withCompileCache, type Product } from './product.ts';
export { freePorts } from './product-ports.ts';
export { claimDirectory, endLeftovers, isAbandoned, type RunDirectory } from './run-directory.ts';
export { SERVICE_NAMES, serviceSpecs, type ServiceName } from './services.ts';
export { StartError } from './start-error.ts';
export { cached } from './stores/cache.ts';
export { openStores, type Stores } from './stores/open-stores.ts';
