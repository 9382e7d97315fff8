import { newSecret } from '@crossdock/kernel';
import type { ShopSettings } from '@crossdock/sandbox';
import type { User } from './users.ts';
import type { World } from './world.ts';

/** Both stand behind one gateway. */
export type Platform = 'tmall' | 'taobao';

export interface Shop {
  platform: Platform;
  shopId: string;
  /** Of an app that no other shop uses: nobody shares its call budget. */
  appKey: string;
}

export interface Connected extends Shop {
  id: string;
}

/** Opens a shop nobody else knows on the platform. */
export async function openShop(
  { platform }: Pick<World, 'platform'>,
  settings: Partial<ShopSettings> = {},
  name: Platform = 'tmall',
): Promise<Shop> {
  const shopId = `shop_${newSecret(9)}`;
  await platform.putShop(name, shopId, { products: 30, seed: shopId, ...settings });
  return { platform: name, shopId, appKey: `sandbox-${shopId}` };
}

/** What a create asks for. */
export const connectorOf = ({ platform, shopId, appKey }: Shop) => ({
  name: `${platform === 'tmall' ? '天猫' : '淘宝'} ${shopId}`,
  platform,
  config: { app_key: appKey, app_secret: 'sandbox-secret', shop_id: shopId },
  sync_interval_minutes: 15,
});

/** A new shop, its connector, and the merchant's consent. */
export async function connect(
  world: World,
  settings: Partial<ShopSettings> = {},
  user: User = world.admin,
  platform: Platform = 'tmall',
): Promise<Connected> {
  const shop = await openShop(world, settings, platform);
  const created = await user.post('', connectorOf(shop));
  if (created.status !== 201) throw new Error(`no connector for ${shop.shopId}: ${created.text}`);
  const { id, auth_url } = created.body.data as { id: string; auth_url: string };
  const ended = await world.platform.authorize({ auth_url, shop_id: shop.shopId });
  if (ended.status !== 200) throw new Error(`${shop.shopId} is not authorized: ${ended.status} at ${ended.location}`);
  return { id, ...shop };
}
