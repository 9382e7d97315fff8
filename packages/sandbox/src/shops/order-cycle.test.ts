import { expect, test } from '@jest/globals';
import { bornAs, reviewedLine, reviewOf, standsAt, TRADE_STATUSES } from './order-cycle.ts';

test('every reviewed line is found back, and belongs to an order that is finished', () => {
  const seen = new Set<string>();
  for (const created of [false, true])
    for (let number = 0; number < 500; number += 1) {
      const line = reviewedLine(number, created);
      expect(reviewOf(line)).toEqual({ number, created });
      expect(bornAs(line.order, false)).toMatchObject({ status: 'TRADE_FINISHED' });
      expect(line.line).toBeLessThan(bornAs(line.order, false).lines);
      seen.add(`${line.order}/${line.line}`);
    }
  expect(seen.size).toBe(1_000);
});

test('three of four orders have a line to review', () => {
  expect(reviewedLine(7_499, false).order).toBeLessThan(10_000);
});

test('lines of orders that are not finished have no review', () => {
  expect(reviewOf({ order: 0, line: 0 })).toBeUndefined();
  expect(reviewOf({ order: 1, line: 1 })).toBeUndefined();
});

test('updates move an order on to its end, and count as corrections from there', () => {
  const statuses = [0, 1, 2, 3, 4].map((updates) => standsAt({ status: 'WAIT_BUYER_PAY', lines: 1 }, updates));
  expect(statuses).toEqual([
    { status: 'WAIT_BUYER_PAY', corrections: 0 },
    { status: 'WAIT_SELLER_SEND_GOODS', corrections: 0 },
    { status: 'WAIT_BUYER_CONFIRM_GOODS', corrections: 0 },
    { status: 'TRADE_FINISHED', corrections: 0 },
    { status: 'TRADE_FINISHED', corrections: 1 },
  ]);
  for (const status of TRADE_STATUSES) expect(standsAt({ status, lines: 1 }, 10).corrections).toBeGreaterThan(0);
  expect(standsAt({ status: 'WAIT_SELLER_SEND_GOODS', lines: 1, refund: true }, 1).status).toBe('TRADE_CLOSED');
});
