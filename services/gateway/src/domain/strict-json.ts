import { AppError } from '@crossdock/kernel';

const DEEPEST = 20;

/** Control characters but tab and line feed. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** Names that reach into an object's prototype or read as a database operator. */
const isHostileKey = (key: string): boolean =>
  key === '__proto__' || key === 'constructor' || key === 'prototype' || key.startsWith('$');

export const malformed = (message: string): AppError => new AppError('malformed', 'MALFORMED', message);

/**
 * JSON as a careful API takes it: UTF-8, each key once, at most 20 deep, and in its texts and keys nothing that
 * a log, a database or an object could misread. Throws `malformed` for the form, `invalid` naming the field for the content.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const value = parse(text);
  scanKeys(text);
  checkContent(value, []);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('malformed', 'MALFORMED', '请求体不是有效的 UTF-8', { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('malformed', 'MALFORMED', '请求体不是有效的 JSON', { cause });
  }
}

/** An object, or a list without `keys`, that is being read, at this key or place. */
interface Level {
  keys: Set<string> | null;
  at: string;
}

/** One pass over text that is known to be JSON: depth, and each object's keys. */
function scanKeys(text: string): void {
  const open: Level[] = [];
  const path = () => open.map((level) => level.at);
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    const inner = open.at(-1);
    if (char === '{' || char === '[') {
      if (open.length === DEEPEST) throw refusedField(path(), `嵌套不能超过 ${DEEPEST} 层`);
      open.push(char === '{' ? { keys: new Set(), at: '' } : { keys: null, at: '0' });
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === ',' && inner?.keys === null) {
      inner.at = String(Number(inner.at) + 1);
    } else if (char === '"') {
      const end = endOfString(text, at);
      if (inner?.keys && isKey(text, end)) {
        inner.at = JSON.parse(text.slice(at, end)) as string;
        if (inner.keys.has(inner.at)) throw refusedField(path(), '字段重复');
        inner.keys.add(inner.at);
      }
      at = end - 1;
    }
  }
}

/** Just behind the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}

/** At most 20 deep, as `scanKeys` saw to it. */
function checkContent(value: unknown, path: string[]): void {
  if (typeof value === 'string') {
    if (isUnreadable(value)) throw refusedField(path, '包含不允许的字符');
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => checkContent(item, [...path, String(index)]));
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (isHostileKey(key)) throw refusedField([...path, key], '未知字段');
      if (isUnreadable(key)) throw refusedField(path, '字段名包含不允许的字符');
      checkContent(inner, [...path, key]);
    }
  }
}

const isUnreadable = (text: string): boolean => CONTROL.test(text) || !text.isWellFormed();

const refusedField = (path: string[], reason: string): AppError =>
  new AppError('invalid', 'VALIDATION', '参数校验失败', {
    details: { [path.join('.').slice(0, 200) || 'body']: [reason] },
  });
