import { TWO } from './gmt8.ts';

/** Writes one field as `"name":value`, or '' where there is none. Generated texts hold nothing that JSON escapes. */
export type Writer<T> = (of: T, simplify: boolean) => string;

export const yuan = (cents: number): string => `${Math.floor(cents / 100)}.${TWO[cents % 100]}`;

/** A text as UTF-8, one character for each byte: so it is joined and sent, as latin1, for half of what Chinese text costs. */
export const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** Lists stand in a wrapper of their own unless the call asked for the simple form; an empty one is no field at all. */
export function listOf(outer: string, inner: string, entries: string[], simplify: boolean): string {
  if (entries.length === 0) return '';
  // Appended, all is copied once, when it is sent; `join` would copy it here as well.
  let list = '';
  for (const entry of entries) list += list === '' ? entry : `,${entry}`;
  return simplify ? `"${outer}":[${list}]` : `"${outer}":{"${inner}":[${list}]}`;
}

export function writeAll<T>(writers: Writer<T>[], of: T, simplify: boolean): string {
  let text = '';
  for (const write of writers) {
    const field = write(of, simplify);
    if (field !== '') text += text === '' ? field : `,${field}`;
  }
  return `{${text}}`;
}
