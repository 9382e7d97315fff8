/** A field that the other side always fills; its absence is a fault of ours. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an answer came without its content');
  return value;
}
