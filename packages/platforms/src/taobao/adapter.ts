import type { Account, PlatformAdapter } from '../adapter.ts';
import type { HttpClient } from '../http-client.ts';
import { isObject, type JsonObject, malformed } from './answer.ts';
import { accountText } from './fields.ts';
import { taobaoOauth } from './oauth.ts';
import { taobaoProducts } from './products.ts';
import { topClient } from './top-client.ts';

export interface TaobaoDeps {
  http: HttpClient;
  authUrl: string;
  apiUrl: string;
}

/** What tells the shops of one gateway apart. */
type Face = Pick<PlatformAdapter, 'platform' | 'displayName' | 'iconUrl' | 'syncTypes' | 'minSyncIntervalMinutes'>;

export const tmall = (deps: TaobaoDeps): PlatformAdapter =>
  taobaoAdapter(deps, {
    platform: 'tmall',
    displayName: '天猫',
    iconUrl: '/icons/tmall.svg',
    syncTypes: ['products', 'orders', 'inventory', 'reviews'],
    minSyncIntervalMinutes: 5,
  });

function taobaoAdapter({ http, authUrl, apiUrl }: TaobaoDeps, face: Face): PlatformAdapter {
  const top = topClient(http, apiUrl);
  return {
    ...face,
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
    sources: { products: taobaoProducts(top) },
  };
}

function readSeller({ user }: JsonObject): Account {
  const accountId = isObject(user) ? accountText(user.user_id) : null;
  if (!isObject(user) || accountId === null || typeof user.nick !== 'string') throw malformed('no seller');
  return { accountId, accountName: user.nick, sellerType: typeof user.type === 'string' ? user.type : '' };
}
