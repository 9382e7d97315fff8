import { endOfString } from './row-bytes.ts';

const QUOTE = 34;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const COLON = 58;

/** Integers of so many digits are all safe, and of so many none is. */
const SAFE_DIGITS = 15;
const UNSAFE_DIGITS = 17;
const VALID = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * JSON where a number that is not a safe integer stays its own text: `712345678901234567` and `59.00` become strings.
 * One scan puts such numbers in quotes and the engine's own parser does the rest: a third of the time of a parser in
 * JavaScript, on the one path where it counts. Throws on what is no JSON.
 */
export const parseLossless = (json: Buffer): unknown => JSON.parse(quoteNumbers(json).toString());

function quoteNumbers(json: Buffer): Buffer {
  const edges = edgesOfInexact(json);
  if (edges.length === 0) return json;
  const quoted = Buffer.allocUnsafe(json.length + edges.length);
  let written = 0;
  let copied = 0;
  for (const edge of edges) {
    written += json.copy(quoted, written, copied, edge);
    quoted[written++] = QUOTE;
    copied = edge;
  }
  json.copy(quoted, written, copied);
  return quoted;
}

/** Where each number that no double tells exactly begins and ends, in turn. */
function edgesOfInexact(json: Buffer): number[] {
  const edges: number[] = [];
  for (let at = 0; at < json.length;) {
    const code = json[at]!;
    if (code === QUOTE) {
      at = endOfString(json, at + 1);
      continue;
    }
    if (code !== MINUS && (code < ZERO || code > NINE)) {
      at += 1;
      continue;
    }
    const end = endOfNumber(json, at);
    if (!isExact(json, at, end) && !isKey(json, end)) edges.push(at, end);
    at = end;
  }
  return edges;
}

/** Digits, signs, points and exponents. */
function endOfNumber(json: Buffer, begin: number): number {
  let at = begin + 1;
  for (;;) {
    const code = json[at] ?? 0;
    const belongs = (code >= ZERO && code <= NINE) || code === 43 || code === 45 || code === 46 || (code | 32) === 101;
    if (!belongs) return at;
    at += 1;
  }
}

/** Whether a double tells the number as it is written; what is no number the parser will say. */
function isExact(json: Buffer, begin: number, end: number): boolean {
  const digits = end - begin;
  if (isNatural(json, begin, end) && (digits <= SAFE_DIGITS || digits >= UNSAFE_DIGITS)) return digits <= SAFE_DIGITS;
  const number = json.toString('latin1', begin, end);
  const value = Number(number);
  return (Number.isSafeInteger(value) && String(value) === number) || !VALID.test(number);
}

/** Digits alone, the first no zero. */
function isNatural(json: Buffer, begin: number, end: number): boolean {
  if (json[begin]! <= ZERO) return false;
  for (let at = begin + 1; at < end; at += 1) {
    const code = json[at]!;
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}

/** A bare number before a colon is no JSON: in quotes it would become some. */
function isKey(json: Buffer, at: number): boolean {
  while (json[at]! <= 32) at += 1;
  return json[at] === COLON;
}
