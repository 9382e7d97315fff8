import type { Vault } from '@crossdock/vault';
import type { Headers } from '../domain/custom-headers.ts';

interface Owner {
  tenant: string;
  id: string;
}

/** Secrets and custom headers of endpoints at rest: each opens only as its own endpoint's. */
export function endpointSecrets(vault: Vault) {
  const place = ({ tenant, id }: Owner, field: 'secret' | 'headers') => ({
    tenant,
    collection: 'endpoints',
    id,
    field,
  });
  return {
    seal: (endpoint: Owner, secret: string): string => vault.seal(place(endpoint, 'secret'), secret),
    open: (endpoint: Owner & { secret: string }): string => vault.open(place(endpoint, 'secret'), endpoint.secret),

    sealHeaders: (endpoint: Owner, headers: Headers): string =>
      Object.keys(headers).length === 0 ? '' : vault.seal(place(endpoint, 'headers'), JSON.stringify(headers)),
    openHeaders: (endpoint: Owner & { headers: string }): Headers =>
      endpoint.headers === '' ? {} : (JSON.parse(vault.open(place(endpoint, 'headers'), endpoint.headers)) as Headers),
  };
}

export type EndpointSecrets = ReturnType<typeof endpointSecrets>;
