import type { Shop, ShopServiceService } from '@crossdock/contracts/grpc/shop-settings';
import type { Calls } from '@crossdock/rpc';
import Type from 'typebox';
import { nameField, shopsPaging } from '../fields.ts';
import { idempotencyFields } from '../idempotent-routes.ts';
import { linkPages, pagesOf } from '../link.ts';
import { must } from '../must.ts';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { iso } from '../times.ts';

const HOST_NAME = '^(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,63}$';

const createShop = Type.Object(
  {
    name: nameField('店铺名称'),
    domain: Type.String({ title: '域名', pattern: HOST_NAME }),
    status: Type.Enum(['active', 'inactive', 'pending', 'suspended'], { title: '店铺状态', default: 'active' }),
  },
  { additionalProperties: false },
);

const listShops = Type.Object(shopsPaging);

const shopItem = ({ id, name, domain, status, createdAt }: Shop) => ({
  id,
  name,
  shopify_domain: domain,
  status,
  created_at: iso(createdAt),
});

export function shopRoutes(scope: Scope, shops: Calls<ShopServiceService>): void {
  scope.get(
    '/shops',
    { config: { permission: 'shops:read' }, schema: { querystring: listShops } },
    async (req, reply) => {
      const { page, pageSize } = req.query;
      const { items, total } = await shops.listShops({ page, pageSize }, callerOf(req));
      linkPages(req, reply, page, pagesOf(total, pageSize));
      return { success: true, data: { items: items.map(shopItem), total, page, pageSize } };
    },
  );

  scope.post(
    '/shops',
    { config: { permission: 'shops:write', idempotent: true }, schema: { body: createShop } },
    async (req) => {
      const { shop } = await shops.createShop({ ...req.body, ...idempotencyFields(req) }, callerOf(req));
      const { id, name, domain, status } = must(shop);
      return { success: true, data: { id, name, domain, status } };
    },
  );
}
