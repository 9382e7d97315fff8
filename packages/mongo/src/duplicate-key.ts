const DUPLICATE_KEY = 11_000;

const codeOf = (err: unknown): unknown => (err as { code?: unknown } | null)?.code;

export const isDuplicateKey = (err: unknown): boolean => codeOf(err) === DUPLICATE_KEY;

/** The name of the unique index that refused, '' when it was none. */
export function duplicateIndex(err: unknown): string {
  if (!isDuplicateKey(err)) return '';
  return /index: (\S+) dup key/.exec((err as Error).message)?.[1] ?? '';
}
