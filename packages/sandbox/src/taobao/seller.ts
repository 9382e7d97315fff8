import type { Shop } from '../shops/shops.ts';
import { fieldPlans } from './field-plan.ts';
import { nickOf, type Method } from './method.ts';
import { Refused, REFUSALS } from './refusals.ts';
import { tokenBody } from './token-body.ts';
import { writeAll, type Writer } from './writing.ts';

/** Raw digits where the shop's id is a number the platform could have. */
const userId = (shop: Shop): string => (/^[1-9]\d{0,17}$/.test(shop.id) ? shop.id : JSON.stringify(shop.id));

const USER_FIELDS: Record<string, Writer<Shop>> = {
  user_id: (shop) => `"user_id":${userId(shop)}`,
  nick: (shop) => `"nick":${JSON.stringify(nickOf(shop))}`,
  type: (shop) => `"type":"${shop.platform === 'tmall' ? 'B' : 'C'}"`,
  status: () => '"status":"normal"',
};

const plan = fieldPlans(USER_FIELDS);

export const seller: Record<string, Method> = {
  'taobao.user.seller.get': {
    session: true,
    required: ['fields'],
    run: ({ params, shop, simplify }) => `"user":${writeAll(plan(params.get('fields') as string), shop, simplify)}`,
  },

  'taobao.top.auth.token.refresh': {
    session: false,
    required: ['refresh_token'],
    run({ params, app }, { tokens, shops, clock }) {
      const token = tokens.refresh('taobao', { refresh: params.get('refresh_token') as string, app }, clock.ms());
      if (token === null) throw new Refused(REFUSALS.refreshInvalid);
      return `"token_result":${JSON.stringify(tokenBody(token, shops.get('taobao', token.shop), clock.ms()))}`;
    },
  },
};
