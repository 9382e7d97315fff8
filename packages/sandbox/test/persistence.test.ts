import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { ENTITIES } from '../src/shops/entities.ts';
import { APP, startWithClient } from './seller.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

test('another sandbox over the same directory finds shops, rows, tokens, limits and the clock, though the first was never stopped', async () => {
  await using first = await startWithClient({ dataDir });
  await first.control.putShop('taobao', 'shop.1', { products: 100, seed: 'x', latency_ms: 1 });
  const token = await first.exchange(await first.code('shop.1'));
  const code = await first.code('shop.1');
  await first.control.mutate('taobao', { shop_id: 'shop.1', entity: 'products', op: 'delete', count: 5 });
  await first.control.mutate('taobao', { shop_id: 'shop.1', entity: 'products', op: 'create', count: 3 });
  await first.control.putApp('taobao', APP, { rate_per_second: 1 });
  const { now } = await first.control.moveClock({ advance_ms: 60_000 });

  await using second = await startWithClient({ dataDir });
  expect(await second.control.truthItems('taobao', 'shop.1')).toEqual(
    await first.control.truthItems('taobao', 'shop.1'),
  );
  const call = () => second.call('taobao.user.seller.get', token.access_token, { fields: 'nick,type' });
  expect(await call()).toContain('"type":"C"');
  expect(await call()).toContain('"code":7');
  expect((await second.exchange(code)).taobao_user_id).toBe('shop.1');
  expect((await second.refresh(token.refresh_token)).taobao_user_id).toBe('shop.1');
  const moved = await second.control.moveClock({ advance_ms: 0 });
  expect(Date.parse(moved.now) - Date.parse(now)).toBeLessThan(30_000);
  expect(Date.parse(moved.now)).toBeGreaterThanOrEqual(Date.parse(now));
});

test('rows of every kind come back as they were, with all that a client sees of them', async () => {
  await using first = await startWithClient({ dataDir });
  await first.control.putShop('tmall', 'shop.2', { products: 60, orders: 40, reviews: 20, seed: 'x' });
  for (const entity of ENTITIES)
    for (const op of ['update', 'delete', 'create', 'touch'] as const)
      await first.control.mutate('tmall', { shop_id: 'shop.2', entity, op, count: 3 });
  const session = await first.session('shop.2');

  await using second = await startWithClient({ dataDir });
  for (const entity of ENTITIES) {
    const truth = await first.control.truthItems('tmall', 'shop.2', entity);
    expect(await second.control.truthItems('tmall', 'shop.2', entity)).toEqual(truth);
  }
  const calls: [string, Record<string, string>][] = [
    ['taobao.items.onsale.get', { fields: 'num_iid,title,num,price' }],
    ['taobao.trades.sold.get', { fields: 'tid,status,payment,orders' }],
    ['taobao.traderates.get', { fields: 'oid,item_title,content,reply', rate_type: 'get', role: 'buyer' }],
  ];
  for (const [method, business] of calls) {
    const seen = async (box: typeof first) =>
      (await box.call(method, session, business)).replace(/"request_id":"[^"]+"/, '');
    expect(await seen(second)).toEqual(await seen(first));
  }
});

test('a shop written before there were rows of every kind gets those of its counts', async () => {
  await using first = await startWithClient({ dataDir });
  await first.control.putShop('tmall', 'shop.3', { products: 5, orders: 4 });
  const file = join(dataDir, readdirSync(dataDir).find((name) => name.includes('shop.3')) as string);
  const { rows: _rows, ...older } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...older, catalog: { products: 5 } }));
  await using second = await startWithClient({ dataDir });
  expect((await second.control.truth('tmall', 'shop.3', 'orders')).total).toBe(4);
});

test('a reset empties the directory', async () => {
  await using box = await startWithClient({ dataDir });
  await box.control.reset();
  expect(readdirSync(dataDir)).toEqual([]);
});
