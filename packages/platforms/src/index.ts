export type * from './adapter.ts';
export type { Money } from './money.ts';
export type * from './record-fields.ts';
export { rowHash } from './row-hash.ts';
export { createPlatforms, type PlatformAddresses, type Platforms } from './platforms.ts';
