const LOW_DIGITS = 9;
const FIRST_SLOTS = 1 << 10;
const FULL = 0.6;
const DECIMAL = /^[1-9]\d{0,18}$/;

/** A set of ids that holds a million platform ids (up to 19 digits) in some 30 MB; any other text is held as it is. */
export function idSet() {
  const others = new Set<string>();
  let high = new Float64Array(FIRST_SLOTS);
  /** One more than the last nine digits; 0 in a free slot. */
  let low = new Uint32Array(FIRST_SLOTS);
  let size = 0;

  /** Where this number stands, or the free slot where it would. */
  function slotOf(top: number, bottom: number): number {
    const mask = low.length - 1;
    let slot = (Math.imul(bottom, 0x9e3779b1) ^ Math.imul(top % 0x7fffffff, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (low[slot] !== 0 && !(low[slot] === bottom && high[slot] === top)) slot = (slot + 1) & mask;
    return slot;
  }

  function grow(): void {
    const [tops, bottoms] = [high, low];
    high = new Float64Array(tops.length * 2);
    low = new Uint32Array(bottoms.length * 2);
    bottoms.forEach((bottom, n) => {
      if (bottom === 0) return;
      const slot = slotOf(tops[n]!, bottom);
      high[slot] = tops[n]!;
      low[slot] = bottom;
    });
  }

  const split = (id: string): [number, number] => [Number(id.slice(0, -LOW_DIGITS)), Number(id.slice(-LOW_DIGITS)) + 1];

  return {
    has(id: string): boolean {
      if (!DECIMAL.test(id)) return others.has(id);
      const [top, bottom] = split(id);
      return low[slotOf(top, bottom)] !== 0;
    },
    add(id: string): void {
      if (!DECIMAL.test(id)) return void others.add(id);
      const [top, bottom] = split(id);
      const slot = slotOf(top, bottom);
      if (low[slot] !== 0) return;
      high[slot] = top;
      low[slot] = bottom;
      if (++size > low.length * FULL) grow();
    },
  };
}
