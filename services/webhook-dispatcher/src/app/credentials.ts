import type { EndpointSecrets } from './secrets.ts';
import type { Headers } from '../domain/custom-headers.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { liveSecrets } from '../domain/secret.ts';
import { type SigningKeys, signingKeys } from '../domain/signature.ts';

const KEPT = 1_000;

/** What a call to an endpoint is signed with, and what it carries besides. */
export function createCredentials(sealed: EndpointSecrets) {
  const keys = new Map<string, SigningKeys>();
  const headers = new Map<string, Headers>();

  /** Opened once while it is in use, not for each call. */
  function once<T>(kept: Map<string, T>, key: string, open: () => T): T {
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size === KEPT) kept.clear();
    const opened = open();
    kept.set(key, opened);
    return opened;
  }

  const keysOf = (endpoint: Endpoint, secret: string): SigningKeys =>
    once(keys, secret, () => signingKeys(sealed.open({ ...endpoint, secret })));

  return {
    /** Of all secrets that live at `at`, the newest first; null without headers of its own. */
    of(endpoint: Endpoint, at: Date): { keys: [SigningKeys, ...SigningKeys[]]; headers: Headers | null } {
      const older =
        endpoint.olderSecrets.length === 0
          ? []
          : liveSecrets(endpoint.olderSecrets, at).map(({ secret }) => keysOf(endpoint, secret));
      return {
        keys: [keysOf(endpoint, endpoint.secret), ...older],
        headers: endpoint.headers === '' ? null : once(headers, endpoint.headers, () => sealed.openHeaders(endpoint)),
      };
    },
  };
}

export type Credentials = ReturnType<typeof createCredentials>;
