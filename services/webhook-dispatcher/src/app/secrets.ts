import type { Vault } from '@crossdock/vault';

/** Endpoint secrets at rest: each opens only as the secret of its own endpoint. */
export function endpointSecrets(vault: Vault) {
  const place = ({ tenant, id }: { tenant: string; id: string }) => ({
    tenant,
    collection: 'endpoints',
    id,
    field: 'secret',
  });
  return {
    seal: (endpoint: { tenant: string; id: string }, secret: string): string => vault.seal(place(endpoint), secret),
    open: (endpoint: { tenant: string; id: string; secret: string }): string =>
      vault.open(place(endpoint), endpoint.secret),
  };
}

export type EndpointSecrets = ReturnType<typeof endpointSecrets>;
