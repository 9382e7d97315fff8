/** Writes one field as `"name":value`, or '' where there is none. Generated texts hold nothing that JSON escapes. */
export type Writer<T> = (of: T, simplify: boolean) => string;

export const yuan = (cents: number): string => (cents / 100).toFixed(2);

/** Lists stand in a wrapper of their own unless the call asked for the simple form; an empty one is no field at all. */
export function listOf(outer: string, inner: string, entries: string[], simplify: boolean): string {
  if (entries.length === 0) return '';
  return simplify ? `"${outer}":[${entries.join(',')}]` : `"${outer}":{"${inner}":[${entries.join(',')}]}`;
}

export function writeAll<T>(writers: Writer<T>[], of: T, simplify: boolean): string {
  let text = '';
  for (const write of writers) {
    const field = write(of, simplify);
    if (field !== '') text += text === '' ? field : `,${field}`;
  }
  return `{${text}}`;
}
