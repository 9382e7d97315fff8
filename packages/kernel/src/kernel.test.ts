import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AppError,
  canonicalJson,
  currentTrace,
  inSpan,
  inTrace,
  isTraceparent,
  isUuid,
  newId,
  newTraceparent,
  openSpan,
  outOfTrace,
  recent,
  recordSpans,
  sleep,
  type SpanEnd,
  type SpanStart,
} from './index.ts';

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
    await outOfTrace(async () => expect(currentTrace()).toBeUndefined());
  });
  expect(currentTrace()).toBeUndefined();
});

test.each([
  `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
  `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
  `ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
  `00-${'A'.repeat(32)}-${'1'.repeat(16)}-01`,
])('%s is no traceparent', (text) => {
  expect(isTraceparent(text)).toBe(false);
});

describe('a span', () => {
  test('passes the trace on as it came where nobody records it', () => {
    const parent = newTraceparent();
    expect(openSpan({ name: 'x', kind: 'client', parent }).traceparent).toBe(parent);
    expect(isTraceparent(openSpan({ name: 'x', kind: 'client', parent: null }).traceparent)).toBe(true);
  });

  test('is what runs within it belongs to, and ends with the code of what was thrown, never its text', async () => {
    const told: [SpanStart, SpanEnd | undefined][] = [];
    const own = newTraceparent();
    recordSpans((start) => ({ traceparent: own, end: (outcome) => told.push([start, outcome]) }));
    const start = { name: 'sync', kind: 'internal', parent: null } as const;
    await inSpan(start, 'r1', async () => expect(currentTrace()).toEqual({ traceparent: own, requestId: 'r1' }));
    const refused = new AppError('invalid', 'BAD', 'a secret text');
    await expect(inSpan(start, 'r1', () => Promise.reject(refused))).rejects.toBe(refused);
    expect(told).toEqual([
      [start, undefined],
      [start, { failure: 'BAD' }],
    ]);
  });
});

describe('a recent answer', () => {
  test('is asked for once by all who want it within seconds', async () => {
    let asked = 0;
    const answer = recent(async () => ++asked);
    expect(await Promise.all([answer(), answer()])).toEqual([1, 1]);
    expect(await answer()).toBe(1);
  });

  test('is null while asking fails, or takes too long', async () => {
    expect(await recent(() => Promise.reject(new Error('away')))()).toBeNull();
    expect(await recent(() => new Promise(() => undefined))()).toBeNull();
  });
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
