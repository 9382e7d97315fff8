import type { Role } from '../domain/accounts.ts';

/** Accounts that must exist once the service serves, with their secrets as given. */
export interface Accounts {
  tenants: Array<{ id: string; name: string }>;
  users: Array<{ tenant: string; username: string; name: string; role: Role; password: string }>;
  clients: Array<{ tenant: string; id: string; name: string; secret: string }>;
}

const PASSWORD = 'crossdock-demo';

/** The credentials the README shows; never in a deployment. */
export const DEMO_ACCOUNTS: Accounts = {
  tenants: [
    { id: 'demo', name: 'Demo' },
    { id: 'other', name: 'Other' },
    { id: 'small', name: 'Small' },
  ],
  users: [
    { tenant: 'demo', username: 'admin@example.com', name: 'Admin User', role: 'admin', password: PASSWORD },
    { tenant: 'demo', username: 'viewer@example.com', name: 'Viewer User', role: 'viewer', password: PASSWORD },
    { tenant: 'other', username: 'admin@other.example', name: 'Other Admin', role: 'admin', password: PASSWORD },
    { tenant: 'small', username: 'admin@small.example', name: 'Small Admin', role: 'admin', password: PASSWORD },
  ],
  clients: [
    { tenant: 'demo', id: 'demo-client', name: 'Demo client', secret: 'demo-client-secret' },
    { tenant: 'other', id: 'other-client', name: 'Other client', secret: 'other-client-secret' },
    { tenant: 'small', id: 'small-client', name: 'Small client', secret: 'small-client-secret' },
  ],
};

/** The first admin of a deployment. */
export const bootstrapAccounts = (email: string, password: string): Accounts => ({
  tenants: [{ id: 'default', name: 'Default' }],
  users: [{ tenant: 'default', username: email, name: 'Admin User', role: 'admin', password }],
  clients: [],
});
