import type { Shop as ProtoShop, ShopServiceServer } from '@crossdock/contracts/grpc/shop-settings';
import { unary } from '@crossdock/rpc';
import type { ShopApp } from '../app/shops.ts';
import type { Shop } from '../domain/shop.ts';

export const shopService = (app: ShopApp): ShopServiceServer => ({
  createShop: unary(async ({ name, domain, status, idempotencyKey, bodyHash }, { tenant, actor }) => {
    const idempotency = idempotencyKey === '' ? null : { key: idempotencyKey, bodyHash };
    return { shop: toProto(await app.createShop({ tenant, actor, name, domain, status, idempotency })) };
  }),
  listShops: unary(async ({ page, pageSize }, { tenant }) => {
    const { items, total } = await app.listShops({ tenant, page, pageSize });
    return { items: items.map(toProto), total };
  }),
});

const toProto = ({ id, name, domain, status, version, createdAt }: Shop): ProtoShop => ({
  id,
  name,
  domain,
  status,
  version,
  createdAt,
});
