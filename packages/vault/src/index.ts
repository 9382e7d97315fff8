export * from './mask.ts';
export { createVault, type SealedPlace, type Vault } from './vault.ts';
export { VaultError } from './vault-error.ts';
