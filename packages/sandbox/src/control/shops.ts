import { sha256Hex } from '@crossdock/kernel';
import type { FastifyInstance } from 'fastify';
import { isKnownApp } from '../shops/apps.ts';
import { GATEWAY_OF } from '../shops/platforms.ts';
import { ENTITIES, entityOf, isEntity, truthOf, type EntityName, type TruthRow } from '../shops/entities.ts';
import { MAX_SEEDED, type MutationOp, type Target } from '../shops/rows.ts';
import { SHOP_COUNTS, type Shop, type ShopSettings } from '../shops/shops.ts';
import type { World } from '../world.ts';
import { ControlRefusal, platformNamed } from './refusal.ts';

const MAX_MUTATION = 200_000;

const count = { type: 'integer', minimum: 0, maximum: MAX_SEEDED };
const rate = { type: ['number', 'null'], minimum: 0, maximum: 1_000_000 };

const shopBody = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...Object.fromEntries(SHOP_COUNTS.map((name) => [name, count])),
    seed: { type: ['integer', 'string'], maxLength: 200 },
    latency_ms: { type: 'integer', minimum: 0, maximum: 600_000 },
    rate_per_second: rate,
    frozen: { type: 'boolean' },
  },
};

const appBody = {
  type: 'object',
  required: ['rate_per_second'],
  additionalProperties: false,
  properties: { rate_per_second: rate },
};

const mutateBody = {
  type: 'object',
  required: ['shop_id', 'entity', 'op'],
  additionalProperties: false,
  properties: {
    shop_id: { type: 'string', minLength: 1 },
    entity: { type: 'string' },
    op: { enum: ['touch', 'update', 'delete', 'create'] },
    count: { type: 'integer', minimum: 1, maximum: MAX_MUTATION },
    ids: { type: 'array', minItems: 1, maxItems: MAX_MUTATION, uniqueItems: true, items: { type: 'string' } },
  },
};

interface MutateBody {
  shop_id: string;
  entity: string;
  op: MutationOp;
  count?: number;
  ids?: string[];
}

const view = (shop: Shop) => ({ shop_id: shop.id, platform: shop.platform, ...shop.settings });

const truthView = ({ id, modified, cents }: TruthRow) => ({
  id,
  updated_at: iso(modified),
  ...(cents === undefined ? {} : { amount: (cents / 100).toFixed(2) }),
});

const iso = (seconds: number) => new Date(seconds * 1_000).toISOString();

function entityNamed(name: string, statusCode: 400 | 404): EntityName {
  if (isEntity(name)) return name;
  throw new ControlRefusal(statusCode, `unknown entity ${name}; there are ${ENTITIES.join(', ')}`);
}

/** What a mutation is to meet, checked against the shop. */
function targetOf(shop: Shop, entity: EntityName, { op, ids, count: number }: MutateBody): Target {
  if ((ids === undefined) === (number === undefined)) throw new ControlRefusal(400, 'name either count or ids');
  const rows = entityOf(shop.rows, entity);
  if (ids === undefined) {
    const total = rows.total();
    if (op !== 'create' && (number as number) > total)
      throw new ControlRefusal(400, `count ${number} is more than the ${total} ${entity} of the shop`);
    return { count: number as number };
  }
  if (op === 'create') throw new ControlRefusal(400, 'create takes count; the shop names its rows itself');
  const unknown = ids.find((id) => !rows.has(id));
  if (unknown !== undefined) throw new ControlRefusal(400, `${entity}: shop ${shop.id} has no ${unknown}`);
  return { ids };
}

/** Shops, their rows and the limits of apps. */
export function shopRoutes(app: FastifyInstance, { shops, apps, clock }: World): void {
  type ShopPath = { platform: string; id: string };

  function shopNamed(platform: string, id: string, statusCode: 400 | 404): Shop {
    const shop = shops.get(GATEWAY_OF[platformNamed(platform, 404)], id);
    if (shop === undefined) throw new ControlRefusal(statusCode, `no shop ${id}`);
    return shop;
  }

  app.put<{ Params: ShopPath; Body: Partial<ShopSettings> }>(
    '/control/:platform/shops/:id',
    { schema: { body: shopBody } },
    async ({ params, body }) => {
      const platform = platformNamed(params.platform, 404);
      if (!/^[\w.-]{1,64}$/.test(params.id))
        throw new ControlRefusal(400, 'a shop id is 1 to 64 letters, digits, dots, dashes or underscores');
      return view(shops.put(platform, params.id, body, clock.now()));
    },
  );

  app.put<{ Params: ShopPath; Body: { rate_per_second: number | null } }>(
    '/control/:platform/apps/:id',
    { schema: { body: appBody } },
    async ({ params, body }) => {
      const platform = platformNamed(params.platform, 404);
      if (!isKnownApp(params.id))
        throw new ControlRefusal(400, `the platform knows only apps whose key begins with sandbox-, not ${params.id}`);
      apps.setRate(GATEWAY_OF[platform], params.id, body.rate_per_second);
      return { app_key: params.id, ...body };
    },
  );

  app.post<{ Params: { platform: string }; Body: MutateBody }>(
    '/control/:platform/mutate',
    { schema: { body: mutateBody } },
    async ({ params, body }) => {
      const shop = shopNamed(params.platform, body.shop_id, 400);
      const entity = entityNamed(body.entity, 400);
      const at = Math.floor(clock.ms() / 1_000);
      const ids = entityOf(shop.rows, entity).mutate(body.op, targetOf(shop, entity, body), at);
      shops.save(shop);
      return { ids, updated_at: iso(at) };
    },
  );

  app.get<{ Params: ShopPath & { entity: string }; Querystring: { items?: string } }>(
    '/control/:platform/shops/:id/:entity',
    async ({ params, query }) => {
      const shop = shopNamed(params.platform, params.id, 404);
      const rows = truthOf(shop.rows, entityNamed(params.entity, 404));
      const truth = {
        total: rows.length,
        sha256: sha256Hex(
          rows
            .map((row) => row.id)
            .sort()
            .join('\n'),
        ),
      };
      if (query.items !== 'true') return truth;
      return { ...truth, items: rows.map(truthView) };
    },
  );
}
