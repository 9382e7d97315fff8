export * from './control/client.ts';
export type { FaultKind } from './edge/faults.ts';
export { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
export type { ShopSettings } from './shops/shops.ts';
