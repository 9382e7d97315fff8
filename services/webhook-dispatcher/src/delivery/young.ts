/** One that is counted as long as it is young. */
export interface Mark<T> {
  of: T;
  at: number;
  counts: boolean;
}

/** Counts what began lately and has not ended; who takes longer than `youngMs` counts no more, which `onAged` is told. */
export function youngOnes<T>(
  youngMs: number,
  onAged: (of: T) => void = () => undefined,
  now: () => number = () => performance.now(),
) {
  const line: Mark<T>[] = [];
  let counted = 0;

  function end(mark: Mark<T>): void {
    if (mark.counts) counted -= 1;
    mark.counts = false;
  }

  return {
    begin(of: T): Mark<T> {
      const mark = { of, at: now(), counts: true };
      line.push(mark);
      counted += 1;
      return mark;
    },

    end,

    count(): number {
      const before = now() - youngMs;
      for (let [first] = line; first !== undefined && (!first.counts || first.at <= before); [first] = line) {
        line.shift();
        if (!first.counts) continue;
        end(first);
        onAged(first.of);
      }
      return counted;
    },
  };
}
