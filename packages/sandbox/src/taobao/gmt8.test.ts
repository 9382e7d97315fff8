import { expect, test } from '@jest/globals';
import { gmt8, parseGmt8 } from './gmt8.ts';

test('a moment is written in GMT+8 and read back, whatever the zone of the host', () => {
  expect(gmt8(Date.UTC(2026, 0, 15, 2, 30, 0) / 1_000)).toBe('2026-01-15 10:30:00');
  expect(parseGmt8('2026-01-15 10:30:00')).toBe(Date.UTC(2026, 0, 15, 2, 30, 0) / 1_000);
});

test.each([
  '2026-01-15',
  '2026-01-15T10:30:00',
  '2026-02-30 10:00:00',
  '2026-13-01 00:00:00',
  '2026-01-15 24:00:00',
  '',
])('%j is no moment', (text) => {
  expect(parseGmt8(text)).toBeUndefined();
});
