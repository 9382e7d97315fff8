export * from './mask.ts';
export { keyIdOf } from './sealed-text.ts';
export { createVault, type SealedPlace, type Vault } from './vault.ts';
export { VaultError } from './vault-error.ts';
