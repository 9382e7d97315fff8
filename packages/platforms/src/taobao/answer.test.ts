import { describe, expect, test } from '@jest/globals';
import { httpFailure, readAnswer } from './answer.ts';

const NOW = new Date('2026-01-15T02:30:00Z');
const DAY_MS = 86_400_000;
const AT = 'Thu, 15 Jan 2026 02:31:30 GMT';

const pauseOf = (retryAfter: string | null, date: string | null = null) =>
  httpFailure({ status: 429, body: Buffer.from(''), date, retryAfter }, NOW).retryAfterMs;

describe('a 429 that is not the platform’s own', () => {
  test.each([
    ['3', 3_000],
    ['0', 0],
    [AT, 90_000],
    ['Thursday, 15-Jan-26 02:31:30 GMT', 90_000],
  ])('says %p: a pause of %p ms', (hint, ms) => {
    expect(pauseOf(hint)).toBe(ms);
  });

  test('counts a date by the clock of whoever answered, when that is told', () => {
    expect(pauseOf(AT, 'Thu, 15 Jan 2026 02:31:00 GMT')).toBe(30_000);
    expect(pauseOf(AT, 'soon')).toBe(90_000);
  });

  test('asks for no pause by a date that has passed, and for no more than a day', () => {
    expect(pauseOf('Thu, 15 Jan 2026 02:00:00 GMT')).toBe(0);
    expect(pauseOf('Fri, 15 Jan 2027 02:30:00 GMT')).toBe(DAY_MS);
    expect(pauseOf('99999999999999999999')).toBe(DAY_MS);
  });

  test.each([null, '', 'soon', '-5', '1.5', '2026-01-15T02:31:30Z', 'Thu, 99 Jan 2026 02:31:30 GMT'])(
    'gives no hint by %p',
    (hint) => {
      expect(pauseOf(hint)).toBeUndefined();
    },
  );
});

describe('a refusal of the platform’s own', () => {
  const refused = (error: object) => {
    const body = Buffer.from(JSON.stringify({ error_response: error }));
    return () => readAnswer('taobao.trades.sold.get', { status: 429, body, date: null, retryAfter: AT }, NOW);
  };

  test('for the rate of calls says how long to wait, or its header does', () => {
    const limited = { code: 7, msg: 'App Call Limited' };
    expect(refused({ ...limited, sub_msg: 'This ban will last for 3 more seconds' })).toThrow(
      expect.objectContaining({ failure: 'RATE_LIMITED', retryAfterMs: 3_000 }),
    );
    expect(refused(limited)).toThrow(expect.objectContaining({ failure: 'RATE_LIMITED', retryAfterMs: 90_000 }));
  });

  test('asks for no more than a day', () => {
    const long = { code: 7, msg: 'App Call Limited', sub_msg: 'This ban will last for 999999999 more seconds' };
    expect(refused(long)).toThrow(expect.objectContaining({ failure: 'RATE_LIMITED', retryAfterMs: DAY_MS }));
  });

  test('for another reason asks for no pause', () => {
    expect(refused({ code: 27, msg: 'Invalid session' })).toThrow(
      expect.objectContaining({ failure: 'AUTH_EXPIRED', retryAfterMs: undefined }),
    );
  });
});
