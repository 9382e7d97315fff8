import { expect, test } from '@jest/globals';
import { nextSyncAt } from './next-sync-at.ts';

test('a connector is due one interval after its last sync, up to a minute later and never earlier', () => {
  const last = new Date('2026-03-14T10:15:00Z');
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    const late = nextSyncAt(id, last, 15).getTime() - last.getTime() - 15 * 60_000;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(60_000);
  }
});

test('the same connector is always late by the same share', () => {
  const last = new Date('2026-03-14T10:15:00Z');
  expect(nextSyncAt('x', last, 30)).toEqual(nextSyncAt('x', last, 30));
});
