import { describe, expect, test } from '@jest/globals';
import { decide, decideGone, isLapsed, type StoredRow } from './row.ts';

const at = new Date('2026-03-14T10:00:00Z');
const stored = (over: Partial<StoredRow> = {}): StoredRow => ({
  externalId: '1',
  hash: 'a',
  digest: null,
  version: 3,
  guard: 1,
  mark: { fence: 1, page: 4 },
  deleted: false,
  ...over,
});
const met = (hash = 'a', valid = true) => ({ externalId: '1', hash, valid });
const lapsed = [{ fence: 1, page: 3, at }];

describe('a row the platform answered', () => {
  test('is inserted when unknown', () => {
    expect(decide(met(), undefined, [])).toEqual({
      kind: 'insert',
      change: { external_id: '1', op: 'created', version: 1 },
    });
  });

  test('is skipped when nothing changed', () => {
    expect(decide(met(), stored(), [])).toEqual({ kind: 'skip' });
  });

  test('is updated with the next version when its content changed', () => {
    expect(decide(met('b'), stored(), [])).toEqual({
      kind: 'update',
      change: { external_id: '1', op: 'updated', version: 4 },
    });
  });

  test('comes back to life as created when it stood as a tombstone', () => {
    expect(decide(met(), stored({ deleted: true }), [])).toEqual({
      kind: 'update',
      change: { external_id: '1', op: 'created', version: 4 },
    });
  });

  test('is told again under the same version when its writer died before telling', () => {
    expect(decide(met(), stored(), lapsed)).toEqual({
      kind: 'retell',
      change: { external_id: '1', op: 'updated', version: 3 },
    });
    expect(decide(met(), stored({ version: 1 }), lapsed)).toEqual({
      kind: 'retell',
      change: { external_id: '1', op: 'created', version: 1 },
    });
  });

  test('counts as created when it changed again before anybody heard of its creation', () => {
    expect(decide(met('b'), stored({ version: 1 }), lapsed)).toEqual({
      kind: 'update',
      change: { external_id: '1', op: 'created', version: 2 },
    });
  });

  test('is told in its stored state when it is invalid now and was never told', () => {
    expect(decide(met('b', false), stored(), lapsed)).toEqual({
      kind: 'retell',
      change: { external_id: '1', op: 'updated', version: 3 },
    });
    expect(decide(met('b', false), stored(), [])).toEqual({ kind: 'skip' });
  });
});

describe('a stored row the platform does not know', () => {
  test('becomes a tombstone with the next version', () => {
    expect(decideGone(stored(), [])).toEqual({
      kind: 'remove',
      change: { external_id: '1', op: 'deleted', version: 4 },
    });
  });

  test('is told deleted again, at the same version, when the tombstone was never told', () => {
    expect(decideGone(stored({ deleted: true }), lapsed)).toEqual({
      kind: 'retell',
      change: { external_id: '1', op: 'deleted', version: 3 },
    });
    expect(decideGone(stored({ deleted: true }), [])).toEqual({ kind: 'skip' });
  });
});

test('a mark is lapsed only on pages after the last checkpoint of its own holder', () => {
  expect(isLapsed({ fence: 1, page: 4 }, lapsed)).toBe(true);
  expect(isLapsed({ fence: 1, page: 3 }, lapsed)).toBe(false);
  expect(isLapsed({ fence: 2, page: 4 }, lapsed)).toBe(false);
});
