import type { Account, PlatformAdapter } from '../adapter.ts';
import type { HttpClient } from '../http-client.ts';
import { isObject, type JsonObject, malformed } from './answer.ts';
import { accountText } from './fields.ts';
import { taobaoInventory } from './inventory.ts';
import { taobaoOauth } from './oauth.ts';
import { taobaoOrders } from './orders.ts';
import { taobaoProducts } from './products.ts';
import { taobaoReviews } from './reviews.ts';
import { topClient } from './top-client.ts';

export interface TaobaoDeps {
  http: HttpClient;
  authUrl: string;
  apiUrl: string;
}

/** What tells the shops of one gateway apart; `sellerType` is the gateway's word for them. */
interface Face {
  platform: string;
  displayName: string;
  sellerType: string;
}

export const tmall = (deps: TaobaoDeps): PlatformAdapter =>
  taobaoAdapter(deps, { platform: 'tmall', displayName: '天猫', sellerType: 'B' });

export const taobao = (deps: TaobaoDeps): PlatformAdapter =>
  taobaoAdapter(deps, { platform: 'taobao', displayName: '淘宝', sellerType: 'C' });

function taobaoAdapter(
  { http, authUrl, apiUrl }: TaobaoDeps,
  { platform, displayName, sellerType }: Face,
): PlatformAdapter {
  const top = topClient(http, apiUrl);
  return {
    platform,
    gateway: 'taobao',
    displayName,
    iconUrl: `/icons/${platform}.svg`,
    syncTypes: ['products', 'orders', 'inventory', 'reviews'],
    minSyncIntervalMinutes: 5,
    authType: 'oauth2',
    configFields: [
      { name: 'app_key', required: true, sensitive: false, masked: true },
      { name: 'app_secret', required: true, sensitive: true, masked: false },
      { name: 'shop_id', required: true, sensitive: false, masked: false },
    ],
    shopIdOf: (config) => config.shop_id ?? '',
    appKeyOf: (config) => config.app_key ?? '',
    ...taobaoOauth(http, authUrl),
    probe: (session) => top.call(session, 'taobao.user.seller.get', { fields: 'user_id,nick,type' }, readSeller),
    accepts: (account) => account.sellerType === sellerType,
    sources: {
      products: taobaoProducts(top),
      orders: taobaoOrders(top),
      inventory: taobaoInventory(top),
      reviews: taobaoReviews(top),
    },
  };
}

function readSeller({ user }: JsonObject): Account {
  const accountId = isObject(user) ? accountText(user.user_id) : null;
  if (!isObject(user) || accountId === null || typeof user.nick !== 'string') throw malformed('no seller');
  return { accountId, accountName: user.nick, sellerType: typeof user.type === 'string' ? user.type : '' };
}
