import { describe, expect, test } from '@jest/globals';
import { productRows, type ProductsState } from './product-rows.ts';
import { emptyRows, MAX_SEEDED } from './rows.ts';

const NEWEST = 1_790_000_000;
const LATER = NEWEST + 10_000;

const stateOf = (count: number): ProductsState => ({
  rows: { ...emptyRows(NEWEST), count },
  plainFrom: MAX_SEEDED,
  plain: [],
  skus: [],
});
const catalogOf = (products: number, seed = 's') => productRows('shop-1', seed, stateOf(products));
const ALL = { from: 0, to: LATER + 10 };
const idsOf = (catalog: ReturnType<typeof catalogOf>) => catalog.rows().map((row) => row.id);

describe('seeded rows', () => {
  test('are the same for the same seed, others for another seed or shop', () => {
    expect(catalogOf(500).rows()).toEqual(catalogOf(500).rows());
    expect(idsOf(catalogOf(5, 't'))).not.toEqual(idsOf(catalogOf(5)));
    expect(productRows('shop-2', 's', stateOf(5)).rows()[0]?.id).not.toBe(idsOf(catalogOf(5))[0]);
  });

  test('have ids of their own above 2^53 by which they are found', () => {
    const rows = catalogOf(5_000).rows();
    expect(new Set(rows.map((row) => row.id)).size).toBe(5_000);
    expect(rows.every((row) => BigInt(row.id) > 2n ** 53n)).toBe(true);
    const catalog = catalogOf(5_000);
    expect(rows.every((row) => catalog.find(row.id)?.index === row.index)).toBe(true);
  });

  test.each(['', '1', 'x', '999999999999999999', '12345678901234567x'])('%j is the id of none', (id) => {
    expect(catalogOf(10).find(id)).toBeUndefined();
  });

  test('spread over more than a day, none after the given time, four of five on sale', () => {
    for (const products of [2, 1_000]) {
      const times = catalogOf(products)
        .rows()
        .map((row) => row.modified);
      expect(Math.max(...times)).toBe(NEWEST);
      expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(86_400);
    }
    const onSale = catalogOf(5_000).list(true, ALL).total / 5_000;
    expect(onSale).toBeGreaterThan(0.77);
    expect(onSale).toBeLessThan(0.83);
  });

  test('stay what they are when the shop grows', () => {
    const catalog = catalogOf(100);
    const before = catalog.rows();
    catalog.resize({ count: 150, plainFrom: MAX_SEEDED });
    expect(catalog.rows().slice(0, 100)).toEqual(before);
    expect(catalog.total()).toBe(150);
  });
});

describe('a list', () => {
  test('comes in pages that hold each row once, newest or oldest first', () => {
    const list = catalogOf(1_000).list(true, ALL);
    const paged = Array.from({ length: 10 }, (_, page) => list.page(page * 100, 100, true)).flat();
    expect(new Set(paged.map((row) => row.id)).size).toBe(list.total);
    expect(paged.every((row, at) => at === 0 || (paged[at - 1]?.modified ?? 0) >= row.modified)).toBe(true);
    expect(list.page(0, list.total, false)).toEqual(paged.toReversed());
  });

  test('takes both ends of its window in', () => {
    const catalog = catalogOf(1_000);
    const row = catalog.list(true, ALL).page(40, 1, true)[0];
    const at = row?.modified ?? 0;
    expect(catalog.list(true, { from: at, to: at }).page(0, 10, true)).toContainEqual(row);
    expect(catalog.list(true, { from: at + 1, to: at + 1 }).page(0, 10, true)).not.toContainEqual(row);
  });
});

describe('a mutation', () => {
  test('touch moves the time alone, update the content too, all to one time', () => {
    const catalog = catalogOf(100);
    const touched = catalog.mutate('touch', { count: 3 }, LATER).map((id) => catalog.find(id));
    expect(touched.map((row) => [row?.modified, row?.version])).toEqual([1, 2, 3].map(() => [LATER, 0]));
    const updated = catalog.mutate('update', { ids: [touched[0]?.id ?? ''] }, LATER + 5).map((id) => catalog.find(id));
    expect(updated.map((row) => [row?.modified, row?.version])).toEqual([[LATER + 5, 1]]);
    const since = { from: LATER, to: LATER + 5 };
    expect(catalog.list(true, since).total + catalog.list(false, since).total).toBe(3);
  });

  test('delete takes rows away, create adds new ones', () => {
    const catalog = catalogOf(100);
    const gone = catalog.mutate('delete', { count: 10 }, LATER);
    expect(catalog.total()).toBe(90);
    expect(gone.map((id) => catalog.find(id))).toEqual(gone.map(() => undefined));
    const fresh = catalog.mutate('create', { count: 5 }, LATER);
    expect(catalog.total()).toBe(95);
    expect(fresh.map((id) => catalog.find(id)?.modified)).toEqual(fresh.map(() => LATER));
    expect(idsOf(catalogOf(100))).not.toEqual(expect.arrayContaining(fresh));
  });

  test('is kept in the state, out of which the same rows come back', () => {
    const catalog = catalogOf(100);
    catalog.mutate('delete', { count: 10 }, LATER);
    catalog.mutate('update', { count: 10 }, LATER);
    catalog.mutate('create', { count: 2 }, LATER);
    const again = productRows('shop-1', 's', JSON.parse(JSON.stringify(catalog.state())) as ProductsState);
    expect(again.rows()).toEqual(catalog.rows());
    expect(again.mutate('touch', { count: 5 }, LATER + 1)).toEqual(catalog.mutate('touch', { count: 5 }, LATER + 1));
  });
});
