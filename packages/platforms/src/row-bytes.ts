const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** An element of a list where it came, with the digits of its own id; null where they do not stand there plainly. */
export class RowBytes {
  readonly id: string | null;
  readonly size: number;
  readonly #json: Buffer;
  readonly #begin: number;

  constructor(id: string | null, json: Buffer, begin: number, end: number) {
    this.id = id;
    this.size = end - begin;
    this.#json = json;
    this.#begin = begin;
  }

  /** A view, made when it is asked for: one kept for each row would cost more than the rest of it. */
  get bytes(): Buffer {
    return this.#json.subarray(this.#begin, this.#begin + this.size);
  }
}

/**
 * A JSON text that begins with `opening`, which opens a list of objects: the elements, still unparsed, and the text
 * without them. Null when it begins otherwise or is not compact: then it is to be parsed as a whole.
 */
export function splitRows(json: Buffer, opening: string, idKey: string): { rows: RowBytes[]; rest: Buffer } | null {
  if (json.toString('latin1', 0, opening.length) !== opening) return null;
  const key = Buffer.from(`"${idKey}"`);
  const rows: RowBytes[] = [];
  let at = opening.length;
  while (json[at] !== CLOSE_LIST || rows.length > 0) {
    const row = json[at] === OPEN_OBJECT ? readRow(json, at, key) : null;
    if (row === null) return null;
    rows.push(row);
    at += row.size;
    if (json[at] === CLOSE_LIST) break;
    if (json[at] !== COMMA) return null;
    at += 1;
  }
  return { rows, rest: Buffer.concat([json.subarray(0, opening.length), json.subarray(at)]) };
}

function readRow(json: Buffer, begin: number, key: Buffer): RowBytes | null {
  let id: string | null = null;
  let depth = 0;
  for (let at = begin; at < json.length; at += 1) {
    const code = json[at];
    if (code === QUOTE) {
      const end = endOfString(json, at + 1);
      if (depth === 1 && json[end] === COLON && end - at === key.length && isAt(json, at, key))
        id = digitsAt(json, end + 1);
      at = end - 1;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      depth += 1;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return new RowBytes(id, json, begin, at + 1);
    }
  }
  return null;
}

function isAt(json: Buffer, at: number, text: Buffer): boolean {
  for (let n = 0; n < text.length; n += 1) if (json[at + n] !== text[n]) return false;
  return true;
}

function digitsAt(json: Buffer, begin: number): string | null {
  let at = begin;
  while (json[at]! >= ZERO && json[at]! <= NINE) at += 1;
  const isWhole = at > begin && (json[at] === COMMA || json[at] === CLOSE_OBJECT);
  return isWhole ? json.toString('latin1', begin, at) : null;
}

/** Behind the closing quote, or the end of a text that has none. */
export function endOfString(json: Buffer, begin: number): number {
  for (let at = begin; at < json.length; at += 1) {
    const code = json[at];
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
  }
  return json.length;
}
