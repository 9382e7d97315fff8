import { LONGEST_TOKEN_SECONDS } from './tokens.ts';

export const SIGNING_ALGORITHM = 'ES256';

/** A JWK of RFC 7517 without its private members. */
export type PublicJwk = Record<string, unknown>;

export interface SigningKey {
  /** The `kid`: the thumbprint of the public key. */
  id: string;
  /** One key signs; the others wait until what they signed has expired. */
  current: boolean;
  publicJwk: PublicJwk;
  /** The private JWK, sealed by the vault. */
  sealedPrivateJwk: string;
  createdAt: Date;
  retiredAt: Date | null;
}

/** Keys retired before this moment signed nothing that is still alive. */
export const oldestRetirement = (now: Date): Date => new Date(now.getTime() - LONGEST_TOKEN_SECONDS * 1000);
