const DECIMAL = /^[1-9]\d{0,18}$/;
const LOW_DIGITS = 9;
/** Tables that grow one at a time: one for all would be there twice while it grows. */
const TABLES = 64;
const FIRST_SLOTS = 4;
const FULL = 0.85;
const GROWTH = 1.2;

/** Number `n` stands in the words `2n` and `2n + 1`; a free slot has 0 in the first. */
interface Table {
  words: Uint32Array;
  size: number;
}

const emptyTable = (slots: number): Table => ({ words: new Uint32Array(slots * 2), size: 0 });

const hashOf = (low: number, high: number): number => {
  const mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};

/** Up to 19 digits as two words: of the last nine, one more than they say, below two bits of the rest. The first is never 0. */
function wordsOf(id: string): [number, number] {
  const rest = Number(id.slice(0, -LOW_DIGITS));
  return [(Number(id.slice(-LOW_DIGITS)) + 1 + (rest % 4) * 2 ** 30) >>> 0, Math.floor(rest / 4)];
}

/** Where these words stand, or the free slot where they would. */
function indexOf({ words }: Table, low: number, high: number, hash: number): number {
  let at = (Math.floor(hash / TABLES) % (words.length / 2)) * 2;
  while (words[at] !== 0 && !(words[at] === low && words[at + 1] === high)) {
    at += 2;
    if (at === words.length) at = 0;
  }
  return at;
}

function put(table: Table, low: number, high: number, hash: number): void {
  const at = indexOf(table, low, high, hash);
  if (table.words[at] !== 0) return;
  table.words[at] = low;
  table.words[at + 1] = high;
  table.size += 1;
}

function grown({ words }: Table): Table {
  const table = emptyTable(Math.ceil((words.length / 2) * GROWTH));
  for (let at = 0; at < words.length; at += 2) {
    const [low, high] = [words[at]!, words[at + 1]!];
    if (low !== 0) put(table, low, high, hashOf(low, high));
  }
  return table;
}

/** A set of ids that holds a million platform ids (up to 19 digits) in some 10 MB; any other text is held as it is. */
export function idSet() {
  const others = new Set<string>();
  const tables = Array.from({ length: TABLES }, () => emptyTable(FIRST_SLOTS));
  return {
    has(id: string): boolean {
      if (!DECIMAL.test(id)) return others.has(id);
      const [low, high] = wordsOf(id);
      const hash = hashOf(low, high);
      const table = tables[hash % TABLES]!;
      return table.words[indexOf(table, low, high, hash)] !== 0;
    },
    add(id: string): void {
      if (!DECIMAL.test(id)) return void others.add(id);
      const [low, high] = wordsOf(id);
      const hash = hashOf(low, high);
      const table = tables[hash % TABLES]!;
      put(table, low, high, hash);
      if (table.size > (table.words.length / 2) * FULL) tables[hash % TABLES] = grown(table);
    },
  };
}
