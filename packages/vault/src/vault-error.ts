export type VaultFault = 'KEYS' | 'FORMAT' | 'UNKNOWN_KEY' | 'REFUSED';

/** `KEYS`: the setting is wrong; the others: why a sealed text was not opened. No message holds a key, a plaintext or a ciphertext. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly fault: VaultFault;

  constructor(fault: VaultFault, message: string) {
    super(message);
    this.fault = fault;
  }
}
