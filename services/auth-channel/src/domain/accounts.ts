/** An admin may do everything in its tenant, a viewer reads and writes nothing. */
export type Role = 'admin' | 'viewer';

export interface Tenant {
  /** The slug that tokens and documents carry. */
  id: string;
  name: string;
  createdAt: Date;
}

export interface User {
  id: number;
  tenant: string;
  /** Unique across tenants, since a login names none; stored as `usernameOf` writes it. */
  username: string;
  name: string;
  role: Role;
  passwordHash: string;
  createdAt: Date;
}

/** A program of a tenant's, with an admin's rights. */
export interface Client {
  /** The `client_id`, unique across tenants. */
  id: string;
  tenant: string;
  name: string;
  secretHash: string;
  createdAt: Date;
}

/** Somebody whose credentials were right. */
export interface Principal {
  tenant: string;
  /** `user:<id>` or `client:<client_id>`: the `sub` of tokens and the actor of audit events. */
  subject: string;
  role: Role;
  name: string;
  /** Null for programs. */
  email: string | null;
}

/** Addresses are told apart by their letters, never by their case. */
export const usernameOf = (text: string): string => text.trim().toLowerCase();

export const userPrincipal = ({ id, tenant, role, name, username }: User): Principal => ({
  tenant,
  subject: `user:${id}`,
  role,
  name,
  email: username,
});

export const clientPrincipal = ({ id, tenant, name }: Client): Principal => ({
  tenant,
  subject: `client:${id}`,
  role: 'admin',
  name,
  email: null,
});
