const GMT8_MS = 8 * 3_600_000;
const TOP_TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const ZERO = 48;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `yyyy-MM-dd HH:mm:ss` in GMT+8, whatever the zone of this machine; parts of a second are cut. */
export const topTime = (ms: number): string => new Date(ms + GMT8_MS).toISOString().slice(0, 19).replace('T', ' ');

/** The moment of a TOP time, or null when the text is none. */
export function parseTopTime(text: string): Date | null {
  if (!TOP_TIME.test(text)) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const exists = day > 0 && day <= daysIn(year, month) && hour < 24 && minute < 60 && second < 60;
  // Below 100 `Date.UTC` would take the year for one of the last century; the platform was not there either way.
  if (!exists || year < 100) return null;
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second) - GMT8_MS);
}

const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && !isLeap ? 28 : (DAYS[month - 1] ?? 0);
}
