import { sha256Hex } from '@crossdock/kernel';
import type { Shop } from '../shops/shops.ts';
import type { Token } from '../shops/tokens.ts';
import { nickOf } from './method.ts';

/** The platform's flat answer to an exchange or a refresh (platform-protocols.md §3.4). */
export function tokenBody(token: Token, shop: Shop | undefined, nowMs: number): string {
  const seconds = (until: number) => Math.max(0, Math.floor((until - nowMs) / 1_000));
  const life = seconds(token.accessUntil);
  return JSON.stringify({
    access_token: token.access,
    token_type: 'Bearer',
    expires_in: life,
    refresh_token: token.refresh,
    re_expires_in: seconds(token.refreshUntil),
    r1_expires_in: life,
    r2_expires_in: 259_200,
    w1_expires_in: life,
    w2_expires_in: 300,
    taobao_user_id: token.shop,
    taobao_user_nick: encodeURIComponent(shop === undefined ? token.shop : nickOf(shop)),
    taobao_open_uid: `AAH${sha256Hex(`${token.app}\n${token.shop}`).slice(0, 21)}`,
    expire_time: token.accessUntil,
    refresh_token_valid_time: token.refreshUntil,
  });
}
