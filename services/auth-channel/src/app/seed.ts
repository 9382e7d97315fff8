import type { Clock, Part } from '@crossdock/kernel';
import type { Counters } from '@crossdock/mongo';
import { usernameOf } from '../domain/accounts.ts';
import type { Hashing } from '../hashing/hashing-pool.ts';
import type { ClientStore } from '../store/clients.ts';
import type { TenantStore } from '../store/tenants.ts';
import type { UserStore } from '../store/users.ts';
import type { Accounts } from './accounts.ts';
import { created, SOURCE } from './audit.ts';

export interface SeedDeps {
  tenants: TenantStore;
  users: UserStore;
  clients: ClientStore;
  counters: Counters;
  hashing: Hashing;
  now: Clock;
}

const ACTOR = `system:${SOURCE}`;

/** Adds the accounts that are missing and touches none that is there; the unique name decides between processes that start together. */
export function seed(accounts: Accounts[], { tenants, users, clients, counters, hashing, now }: SeedDeps): Part {
  async function addTenant({ id, name }: Accounts['tenants'][number]): Promise<void> {
    if (await tenants.exists(id)) return;
    const at = now();
    await tenants.add({ id, name, createdAt: at }, created(id, ACTOR, 'tenant.created', `tenant/${id}`, { name }, at));
  }

  async function addUser({ tenant, name, role, password, ...given }: Accounts['users'][number]): Promise<void> {
    const username = usernameOf(given.username);
    if ((await users.byUsername(username)) !== null) return;
    const passwordHash = await hashing.hash(password);
    const id = await counters.next('users');
    const at = now();
    const event = created(tenant, ACTOR, 'user.created', `user/${id}`, { username, name, role }, at);
    await users.add({ id, tenant, username, name, role, passwordHash, createdAt: at }, event);
  }

  async function addClient({ tenant, id, name, secret }: Accounts['clients'][number]): Promise<void> {
    if ((await clients.byId(id)) !== null) return;
    const secretHash = await hashing.hash(secret);
    const at = now();
    await clients.add(
      { id, tenant, name, secretHash, createdAt: at },
      created(tenant, ACTOR, 'client.created', `client/${id}`, { name }, at),
    );
  }

  return {
    name: 'accounts',
    async start() {
      for (const set of accounts) {
        for (const tenant of set.tenants) await addTenant(tenant);
        for (const user of set.users) await addUser(user);
        for (const client of set.clients) await addClient(client);
      }
    },
    async stop() {},
  };
}
