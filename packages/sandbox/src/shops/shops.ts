import type { StateDir } from '../state-dir.ts';
import { bucket, type Bucket } from './bucket.ts';
import { GATEWAY_OF, type Gateway, type PlatformName } from './platforms.ts';
import { productCatalog, type CatalogState, type ProductCatalog } from './product-catalog.ts';

export const SHOP_COUNTS = ['products', 'orders', 'inventory', 'reviews', 'livestream'] as const;

/** What `PUT /control/{platform}/shops/{shop_id}` may name. Of the counts only the products are rows as yet. */
export interface ShopSettings extends Record<(typeof SHOP_COUNTS)[number], number> {
  seed: string | number;
  latency_ms: number;
  /** 0 or null: no limit. */
  rate_per_second: number | null;
  frozen: boolean;
}

export interface Shop {
  id: string;
  gateway: Gateway;
  /** The name last used on the control port: it decides what kind of seller this is. */
  platform: PlatformName;
  settings: ShopSettings;
  catalog: ProductCatalog;
  bucket: Bucket | null;
}

type StoredShop = Omit<Shop, 'catalog' | 'bucket'> & { catalog: CatalogState };

const DEFAULTS: ShopSettings = {
  products: 0,
  orders: 0,
  inventory: 0,
  reviews: 0,
  livestream: 0,
  seed: 1,
  latency_ms: 0,
  rate_per_second: null,
  frozen: false,
};

const HOUR_MS = 3_600_000;

export type Shops = ReturnType<typeof shopStore>;

/** Every shop the sandbox plays, written down with each change. */
export function shopStore(dir: StateDir) {
  const shops = new Map<string, Shop>();
  const keyOf = (gateway: Gateway, id: string) => `shop/${gateway}/${id}`;
  const catalogOf = (id: string, settings: ShopSettings, state: CatalogState) =>
    productCatalog(id, String(settings.seed), state);
  const bucketOf = ({ rate_per_second }: ShopSettings) => (rate_per_second ? bucket(rate_per_second) : null);

  for (const name of dir.names('shop/')) {
    const stored = dir.read<StoredShop>(name) as StoredShop;
    const catalog = catalogOf(stored.id, stored.settings, stored.catalog);
    shops.set(name, { ...stored, catalog, bucket: bucketOf(stored.settings) });
  }

  /** Seeded times hang on the full hour, so that the same seed within it gives the same rows in every shop made anew. */
  function seeded(settings: ShopSettings, now: Date): CatalogState {
    const newestSeeded = (Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - HOUR_MS) / 1_000;
    return { products: settings.products, newestSeeded, changes: [], created: [], mutations: 0 };
  }

  function save(shop: Shop): void {
    const { bucket: _bucket, catalog, ...rest } = shop;
    dir.write(keyOf(shop.gateway, shop.id), { ...rest, catalog: catalog.state() } satisfies StoredShop);
  }

  return {
    get: (gateway: Gateway, id: string): Shop | undefined => shops.get(keyOf(gateway, id)),
    all: (gateway: Gateway): Shop[] => [...shops.values()].filter((shop) => shop.gateway === gateway),
    save,

    /** Makes the shop, or changes what is named. Another seed makes new rows; the same values change nothing. */
    put(platform: PlatformName, id: string, named: Partial<ShopSettings>, now: Date): Shop {
      const gateway = GATEWAY_OF[platform];
      const before = shops.get(keyOf(gateway, id));
      const settings = { ...(before?.settings ?? DEFAULTS), ...named };
      const sameSeed = before !== undefined && String(before.settings.seed) === String(settings.seed);
      if (sameSeed && before.settings.products !== settings.products) before.catalog.resize(settings.products);
      const sameRate = before !== undefined && before.settings.rate_per_second === settings.rate_per_second;
      const shop: Shop = {
        id,
        gateway,
        platform,
        settings,
        catalog: sameSeed ? before.catalog : catalogOf(id, settings, seeded(settings, now)),
        bucket: sameRate ? before.bucket : bucketOf(settings),
      };
      shops.set(keyOf(gateway, id), shop);
      save(shop);
      return shop;
    },

    clear: () => shops.clear(),
  };
}
