export { claimDirectory, isAbandoned, type RunDirectory } from './run-directory.ts';
export { ROOT } from './files.ts';
export { freePort } from './ports.ts';
export { StartError } from './start-error.ts';
export { openStores, type Stores } from './stores/open-stores.ts';
