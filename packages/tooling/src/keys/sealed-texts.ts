import { keyIdOf } from '@crossdock/vault';

/** A collection that holds sealed texts, wherever in its documents. */
export interface SealedCollection {
  /** Whose database it is in. */
  service: string;
  collection: string;
  /** Under which tenant its texts are sealed; the document's own without one. */
  tenant?: string;
}

/** Every collection with secrets of ours: a service that seals in a new one adds it here. */
export const SEALED_COLLECTIONS: SealedCollection[] = [
  { service: 'connector-registry', collection: 'connectors' },
  { service: 'auth-channel', collection: 'signing_keys', tenant: 'system' },
  { service: 'webhook-dispatcher', collection: 'endpoints' },
  { service: 'gateway', collection: 'idempotent_requests' },
];

export interface SealedText {
  /** As an update names it: `credential.accessToken`, `secrets.0.text`. */
  path: string;
  text: string;
  keyId: string;
}

/** The sealed texts in a document. */
export function sealedIn(value: unknown, path = ''): SealedText[] {
  if (typeof value === 'string') {
    const keyId = keyIdOf(value);
    return keyId === null ? [] : [{ path, text: value, keyId }];
  }
  const plain = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype;
  if (!plain) return [];
  return Object.entries(value as object).flatMap(([name, each]) =>
    sealedIn(each, path === '' ? name : `${path}.${name}`),
  );
}
