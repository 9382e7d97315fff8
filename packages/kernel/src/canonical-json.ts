/** JSON with object keys sorted: equal values give equal text. Undefined fields are left out, bigints are decimal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString();
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const fields = inner as Record<string, unknown>;
    return Object.fromEntries(
      Object.keys(fields)
        .toSorted()
        .map((key) => [key, fields[key]]),
    );
  });
}
