import type { Clock } from '@crossdock/kernel';
import type { Connection } from 'mongoose';
import { catalogStore, type CatalogStore } from './catalog.ts';
import { recordStore, type RecordStore } from './records.ts';

const ENTITIES = ['products', 'orders', 'inventory', 'reviews'] as const;
type Entity = (typeof ENTITIES)[number];

const RECENT_MS = 30 * 24 * 3_600_000;

const isEntity = (name: string): name is Entity => (ENTITIES as readonly string[]).includes(name);

/** What is synced, a collection each, named like its sync type. */
export function entityStores(connection: Connection, clock: Clock) {
  const of = <T>(make: (entity: Entity) => T) =>
    Object.fromEntries(ENTITIES.map((entity) => [entity, make(entity)])) as Record<Entity, T>;
  const stores = of((entity) => recordStore(connection, entity));
  const catalogs = of((entity) => catalogStore(connection, entity));
  return {
    models: ENTITIES.map((entity) => stores[entity].model),

    recordsOf(syncType: string): RecordStore {
      if (!isEntity(syncType)) throw new Error(`nothing is stored of ${syncType}`);
      return stores[syncType];
    },

    /** Undefined for what no platform has yet. */
    catalogOf: (entity: string): CatalogStore | undefined => (isEntity(entity) ? catalogs[entity] : undefined),

    async totalsOf(connectorId: string): Promise<{ products: number; orders_30d: number }> {
      const since = new Date(clock().getTime() - RECENT_MS);
      const [products, orders_30d] = await Promise.all([
        stores.products.countLive(connectorId),
        stores.orders.countCreatedSince(connectorId, since),
      ]);
      return { products, orders_30d };
    },
  };
}
