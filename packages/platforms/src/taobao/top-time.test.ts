import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseTopTime, topTime } from './top-time.ts';

test('a TOP time is eight hours ahead of UTC, whatever the zone of this machine', () => {
  expect(topTime(Date.UTC(2026, 0, 15, 2, 30, 0, 999))).toBe('2026-01-15 10:30:00');
  expect(parseTopTime('2026-01-15 10:30:00')?.toISOString()).toBe('2026-01-15T02:30:00.000Z');
});

test('every second survives the way out and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
      expect(parseTopTime(topTime(seconds * 1_000))?.getTime()).toBe(seconds * 1_000);
    }),
  );
});

test('a day of every month of any year is one when a calendar says so', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 9999 }), fc.nat(99), fc.nat(99), (year, month, day) => {
      const pad = (value: number, width: number) => String(value).padStart(width, '0');
      const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
      const utc = new Date(0);
      utc.setUTCFullYear(year, month - 1, day);
      const exists = utc.toISOString().startsWith(date);
      expect(parseTopTime(`${date} 08:00:00`)?.getTime()).toBe(exists ? utc.getTime() : undefined);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  '',
  '2026-02-30 00:00:00',
  '2026-01-15T10:30:00',
  '2026-01-15 24:00:00',
  '0001-01-01 00:00:00',
  '2026-1-5 10:30:00',
])('a text that is no time is refused: %p', (text) => {
  expect(parseTopTime(text)).toBeNull();
});
