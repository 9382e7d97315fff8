const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * The texts of an array's elements, exactly as they stand in `json`; the array is found by the keys that lead to it.
 * Null when there is none. `json` must be valid: parse it first.
 */
export function elementTexts(json: string, path: readonly string[]): string[] | null {
  let at = 0;
  for (const key of path) {
    const value = valueOf(json, skipSpace(json, at), key);
    if (value === null) return null;
    at = value;
  }
  at = skipSpace(json, at);
  if (json.charCodeAt(at) !== OPEN_ARRAY) return null;
  const elements: string[] = [];
  at = skipSpace(json, at + 1);
  while (json.charCodeAt(at) !== CLOSE_ARRAY) {
    const end = skipValue(json, at);
    elements.push(json.slice(at, end));
    at = skipSpace(json, end);
    if (json.charCodeAt(at) === COMMA) at = skipSpace(json, at + 1);
  }
  return elements;
}

/** Where the value of a key begins in the object at `at`. Of equal keys the first. */
function valueOf(json: string, at: number, wanted: string): number | null {
  if (json.charCodeAt(at) !== OPEN_OBJECT) return null;
  at = skipSpace(json, at + 1);
  while (json.charCodeAt(at) === QUOTE) {
    const keyEnd = skipString(json, at);
    const value = skipSpace(json, skipSpace(json, keyEnd) + 1);
    if (JSON.parse(json.slice(at, keyEnd)) === wanted) return value;
    at = skipSpace(json, skipValue(json, value));
    if (json.charCodeAt(at) === COMMA) at = skipSpace(json, at + 1);
  }
  return null;
}

function skipSpace(json: string, at: number): number {
  while (json.charCodeAt(at) <= 32) at += 1;
  return at;
}

function skipString(json: string, at: number): number {
  let end = json.indexOf('"', at + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

function skipValue(json: string, at: number): number {
  const first = json.charCodeAt(at);
  if (first === QUOTE) return skipString(json, at);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return skipLiteral(json, at);
  let depth = 0;
  for (;;) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(json, at);
      continue;
    }
    at += 1;
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth += 1;
    else if ((code === CLOSE_OBJECT || code === CLOSE_ARRAY) && (depth -= 1) === 0) return at;
  }
}

function skipLiteral(json: string, at: number): number {
  for (;;) {
    const code = json.charCodeAt(at);
    if (!(code > 32) || code === COMMA || code === CLOSE_ARRAY || code === CLOSE_OBJECT) return at;
    at += 1;
  }
}
