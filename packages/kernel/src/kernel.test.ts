import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, currentTrace, inTrace, isTraceparent, isUuid, newId, newTraceparent, sleep } from './index.ts';

test('ids are UUIDs that sort by the time they were made', () => {
  const ids = Array.from({ length: 1_000 }, newId);
  expect(ids.every(isUuid)).toBe(true);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
});

describe('canonical JSON', () => {
  test('is the same text whatever the order of keys', () => {
    expect(canonicalJson({ b: 1, a: { d: [2, { y: 1, x: 2 }], c: 3n } })).toBe(
      canonicalJson({ a: { c: 3n, d: [2, { x: 2, y: 1 }] }, b: 1 }),
    );
  });

  test('means the same as plain JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    );
  });
});

test('a trace is seen by everything that runs in it, also later, and by nothing else', async () => {
  const trace = { traceparent: newTraceparent(), requestId: 'r1' };
  expect(isTraceparent(trace.traceparent)).toBe(true);
  await inTrace(trace, async () => {
    await sleep(1);
    expect(currentTrace()).toBe(trace);
  });
  expect(currentTrace()).toBeUndefined();
});

test('a sleep ends at once when its signal aborts', async () => {
  const started = Date.now();
  const stop = new AbortController();
  const sleeping = sleep(60_000, stop.signal);
  stop.abort();
  await sleeping;
  await sleep(60_000, stop.signal);
  expect(Date.now() - started).toBeLessThan(5_000);
});
