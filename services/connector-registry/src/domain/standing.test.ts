import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from './connector.ts';
import { adviceOf, CALLS_KEPT, type Standing, standingAfter } from './standing.ts';

const SECOND_MS = 1_000;
const at = (second: number) => new Date(second * SECOND_MS);
const OUTCOMES: Record<string, string> = {
  '.': 'ok',
  s: 'ok',
  A: 'RETRYABLE',
  L: 'RATE_LIMITED',
  F: 'FORBIDDEN',
  C: 'SHOP_CLOSED',
  U: 'CONFIG',
  P: 'PERMANENT',
};

const call = (letter: string, second: number): Call => ({
  at: at(second),
  outcome: OUTCOMES[letter] ?? letter,
  code: '',
  message: '',
  durationMs: letter === 's' ? 6_000 : 20,
});

/** Every standing in turn, a call each `everySeconds`. */
function standings(letters: string, everySeconds = 30): Standing[] {
  const calls: Call[] = [];
  let standing: Standing | null = null;
  return [...letters].map((letter, n) => {
    calls.push(call(letter, n * everySeconds));
    standing = standingAfter(standing, 'tmall', calls.slice(-CALLS_KEPT));
    return standing as Standing;
  });
}

const signals = (letters: string, everySeconds?: number) =>
  standings(letters, everySeconds).map(({ signal }) => signal);
const lastOf = (letters: string, everySeconds?: number) => signals(letters, everySeconds).at(-1);

describe('how a connector stands', () => {
  test('is unknown without a call and decided by the first one', () => {
    expect(standingAfter(null, 'tmall', [])).toBeNull();
    expect(['.', 'P', 'A', 'L', 'F', 'C', 'U'].map((letter) => lastOf(letter))).toEqual([
      'ok',
      'ok',
      'away',
      'limited',
      'forbidden',
      'closed',
      'unauthorized',
    ]);
  });

  test('goes bad at once when the platform says so of the connector itself', () => {
    expect(['..L', '..C', '..U'].map((letters) => lastOf(letters))).toEqual(['limited', 'closed', 'unauthorized']);
  });

  test('takes three failures in a row, or half of ten calls, for the platform being away', () => {
    expect(signals('..AA.AAA')).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'away']);
    expect(lastOf('.A.A.A.A.A')).toBe('away');
    expect(lastOf('....A..A..A..A..A')).toBe('ok');
  });

  test('is well again with the third call that works, not within a minute, a closed shop with the first', () => {
    expect(signals('AAA...', 30)).toEqual(['away', 'away', 'away', 'away', 'away', 'ok']);
    expect(lastOf('L...', 10)).toBe('limited');
    expect(lastOf('L......', 10)).toBe('ok');
    expect(lastOf('C.')).toBe('ok');
  });

  test('forgets what is older than a quarter of an hour', () => {
    expect(lastOf('AAAAAAAAAA...', 300)).toBe('ok');
    expect(lastOf('AAAAAAAAAA...', 10)).toBe('away');
  });

  test('is slow when most calls are, until few are', () => {
    expect(lastOf('.sssssss')).toBe('ok');
    expect(lastOf('.sssssssss')).toBe('slow');
    expect(lastOf('.sssssssss....')).toBe('slow');
    expect(lastOf('.sssssssss' + '.'.repeat(17))).toBe('ok');
  });

  test('changes at most twice a minute, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('.', 'A', 'L', 'F', 's'), { maxLength: 120 }), (letters) => {
        const seen = standings(letters.join(''), 1);
        const recovered = seen.flatMap((each, n) => (each.signal === 'ok' && seen[n - 1]?.signal !== 'ok' ? [n] : []));
        for (const [n, second] of recovered.slice(1).entries())
          expect(second - (recovered[n] ?? 0)).toBeGreaterThanOrEqual(60);
      }),
    );
  });

  test('is well after enough calls that work, whatever was before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('.', 'A', 'L', 'F', 'C', 'U', 'P', 's'), { maxLength: 60 }), (letters) => {
        expect(lastOf(letters.join('') + '.'.repeat(CALLS_KEPT), 10)).toBe('ok');
      }),
    );
  });
});

test('what passes by itself is told after two minutes, what the platform said of the shop or the app at once', () => {
  const told = (letters: string, second: number) => adviceOf(standings(letters).at(-1)!, at(second));
  expect([told('L', 119), told('L', 120)]).toEqual([null, 'rate_limited']);
  expect([told('C', 0), told('U', 0)]).toEqual(['shop_closed', 'app_credentials_refused']);
  expect([told('AUTH', 0), told('.', 900)]).toEqual([null, null]);
});
