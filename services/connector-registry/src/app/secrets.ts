import type { ConfigField, Grant } from '@crossdock/platforms';
import type { Vault } from '@crossdock/vault';
import type { Connector, Credential } from '../domain/connector.ts';

type Owner = Pick<Connector, 'tenant' | 'id'>;

/** Seals and opens what a connector keeps secret; each text belongs to its tenant, connector and field. */
export function connectorSecrets(vault: Vault) {
  const place = ({ tenant, id }: Owner, field: string) => ({ tenant, collection: 'connectors', id, field });
  const mapSecrets = (
    fields: readonly ConfigField[],
    config: Record<string, string>,
    map: (field: string, text: string) => string,
  ) => {
    const secret = new Set(fields.filter(({ sensitive }) => sensitive).map(({ name }) => name));
    return Object.fromEntries(
      Object.entries(config).map(([name, text]) => [name, secret.has(name) ? map(`config.${name}`, text) : text]),
    );
  };
  return {
    sealConfig: (owner: Owner, fields: readonly ConfigField[], config: Record<string, string>) =>
      mapSecrets(fields, config, (field, text) => vault.seal(place(owner, field), text)),

    openConfig: (connector: Connector, fields: readonly ConfigField[]) =>
      mapSecrets(fields, connector.config, (field, text) => vault.open(place(connector, field), text)),

    sealGrant: (
      owner: Owner,
      { accessToken, refreshToken, expiresAt, refreshExpiresAt }: Grant,
      issuedAt: Date,
    ): Credential => ({
      accessToken: vault.seal(place(owner, 'credential.access_token'), accessToken),
      refreshToken: refreshToken === null ? null : vault.seal(place(owner, 'credential.refresh_token'), refreshToken),
      issuedAt,
      expiresAt,
      refreshExpiresAt,
    }),

    openAccessToken: (owner: Owner, { accessToken }: Credential) =>
      vault.open(place(owner, 'credential.access_token'), accessToken),

    openRefreshToken: (owner: Owner, sealed: string) => vault.open(place(owner, 'credential.refresh_token'), sealed),
  };
}

export type ConnectorSecrets = ReturnType<typeof connectorSecrets>;
