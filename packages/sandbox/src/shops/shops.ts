import type { StateDir } from '../state-dir.ts';
import { bucket, type Bucket } from './bucket.ts';
import { GATEWAY_OF, type Gateway, type PlatformName } from './platforms.ts';
import { noRows, shopRows, type ShopRows, type ShopRowsState } from './shop-rows.ts';

export const SHOP_COUNTS = ['products', 'orders', 'inventory', 'reviews', 'livestream'] as const;

/** What `PUT /control/{platform}/shops/{shop_id}` may name. Of the counts livestream is kept and never played. */
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
  rows: ShopRows;
  bucket: Bucket | null;
}

type StoredShop = Omit<Shop, 'rows' | 'bucket'> & { rows?: ShopRowsState };

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

export type Shops = ReturnType<typeof shopStore>;

/** Every shop the sandbox plays, written down with each change. One written by an older sandbox gets rows of its counts anew. */
export function shopStore(dir: StateDir, startedAt: Date) {
  const shops = new Map<string, Shop>();
  const keyOf = (gateway: Gateway, id: string) => `shop/${gateway}/${id}`;
  const bucketOf = ({ rate_per_second }: ShopSettings) => (rate_per_second ? bucket(rate_per_second) : null);

  function rowsOf(id: string, settings: ShopSettings, state: ShopRowsState): ShopRows {
    const rows = shopRows(id, String(settings.seed), state);
    rows.resize(settings);
    return rows;
  }

  for (const name of dir.names('shop/')) {
    const stored = dir.read<StoredShop>(name) as StoredShop;
    const { id, gateway, platform, settings } = stored;
    const rows = rowsOf(id, settings, stored.rows ?? noRows(startedAt));
    shops.set(name, { id, gateway, platform, settings, rows, bucket: bucketOf(settings) });
  }

  function save(shop: Shop): void {
    const { bucket: _bucket, rows, ...rest } = shop;
    dir.write(keyOf(shop.gateway, shop.id), { ...rest, rows: rows.state() } satisfies StoredShop);
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
      const rows = sameSeed ? before.rows : rowsOf(id, settings, noRows(now));
      if (sameSeed) rows.resize(settings);
      const sameRate = before !== undefined && before.settings.rate_per_second === settings.rate_per_second;
      const shop: Shop = {
        id,
        gateway,
        platform,
        settings,
        rows,
        bucket: sameRate ? before.bucket : bucketOf(settings),
      };
      shops.set(keyOf(gateway, id), shop);
      save(shop);
      return shop;
    },

    clear: () => shops.clear(),
  };
}
