import { invalidField } from '@crossdock/kernel';

/** ISO 8601 UTC to the second, as the documents show times; null when there is none. */
export const iso = (date: Date | undefined): string | null =>
  date === undefined ? null : date.toISOString().replace(/\.\d{3}Z$/, 'Z');

/** A time a caller named. The format lets leap seconds pass, which a Date cannot hold. */
export function timeOf(text: string | undefined, field: string): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw invalidField(field, '格式不正确');
  return date;
}
