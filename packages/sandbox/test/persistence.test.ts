import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
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

test('a reset empties the directory', async () => {
  await using box = await startWithClient({ dataDir });
  await box.control.reset();
  expect(readdirSync(dataDir)).toEqual([]);
});
