import { auditRecorded, shopChanged } from '@crossdock/contracts';
import { type Clock, currentTrace, keyReused } from '@crossdock/kernel';
import type { Counters } from '@crossdock/mongo';
import { checkPage } from '../domain/page.ts';
import { domainTaken, type Shop, shopFields } from '../domain/shop.ts';
import type { IdempotencyMark, ShopStore } from '../store/shops.ts';

export interface ShopDeps {
  shops: ShopStore;
  counters: Counters;
  now: Clock;
  /** Tells the relay of the shop whose events wait. */
  nudge: (shopId: number) => void;
}

export interface NewShop {
  tenant: string;
  actor: string;
  name: string;
  domain: string;
  /** '' for active. */
  status: string;
  idempotency: IdempotencyMark | null;
}

export interface ShopPage {
  tenant: string;
  page: number;
  pageSize: number;
}

const SOURCE = 'shop-settings';

export function shopApp({ shops, counters, now, nudge }: ShopDeps) {
  async function createShop({ tenant, actor, idempotency, ...given }: NewShop): Promise<Shop> {
    const fields = shopFields(given);
    const shop: Shop = { id: await counters.next('shops'), tenant, ...fields, version: 1, createdAt: now() };
    if (await shops.add(shop, idempotency, createdEvents(shop, actor))) {
      nudge(shop.id);
      return shop;
    }
    return await madeBefore(tenant, idempotency);
  }

  /** A refused insert is a repeated request first, a taken domain second. */
  async function madeBefore(tenant: string, idempotency: IdempotencyMark | null): Promise<Shop> {
    const known = idempotency && (await shops.byKey(tenant, idempotency.key));
    if (known === null) throw domainTaken();
    if (known.bodyHash !== idempotency?.bodyHash) throw keyReused();
    return known.shop;
  }

  async function listShops({ tenant, page, pageSize }: ShopPage): Promise<{ items: Shop[]; total: number }> {
    checkPage(page, pageSize);
    return shops.list(tenant, { skip: (page - 1) * pageSize, limit: pageSize });
  }

  return { createShop, listShops };
}

export type ShopApp = ReturnType<typeof shopApp>;

function createdEvents({ id, tenant, name, domain, status, version, createdAt }: Shop, actor: string) {
  const fields = { name, domain, status };
  const about = { tenantId: tenant, source: SOURCE, time: createdAt };
  return [
    shopChanged.create({ ...about, data: { shop_id: id, version, changed: Object.keys(fields), deleted: false } }),
    auditRecorded.create({
      ...about,
      data: {
        actor,
        action: 'shop.created',
        target: `shop/${id}`,
        before: null,
        after: fields,
        request_id: currentTrace()?.requestId ?? null,
        at: createdAt.toISOString(),
      },
    }),
  ];
}
