import type { EndpointSecrets } from './secrets.ts';
import type { Headers } from '../domain/custom-headers.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { liveSecrets } from '../domain/secret.ts';

const KEPT = 1_000;

/** What a call to an endpoint is signed with, and what it carries besides. */
export function createCredentials(sealed: EndpointSecrets) {
  const secrets = new Map<string, string>();
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

  const secretOf = (endpoint: Endpoint, secret: string): string =>
    once(secrets, secret, () => sealed.open({ ...endpoint, secret }));

  return {
    /** All secrets that live at `at`, the newest first; null without headers of its own. */
    of(endpoint: Endpoint, at: Date): { secrets: [string, ...string[]]; headers: Headers | null } {
      const older =
        endpoint.olderSecrets.length === 0
          ? []
          : liveSecrets(endpoint.olderSecrets, at).map(({ secret }) => secretOf(endpoint, secret));
      return {
        secrets: [secretOf(endpoint, endpoint.secret), ...older],
        headers: endpoint.headers === '' ? null : once(headers, endpoint.headers, () => sealed.openHeaders(endpoint)),
      };
    },
  };
}

export type Credentials = ReturnType<typeof createCredentials>;
