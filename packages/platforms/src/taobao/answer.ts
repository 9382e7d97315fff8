import { PlatformError } from '@crossdock/kernel';
import type { HttpAnswer } from '../http-client.ts';
import { parseLossless } from '../lossless.ts';
import { type RowBytes, splitRows } from '../row-bytes.ts';
import { failureOf, pauseMs } from './error-table.ts';

/** No quota is longer than its day: whatever names a later moment is not believed. */
const MAX_PAUSE_MS = 86_400_000;

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const malformed = (what: string): PlatformError =>
  new PlatformError('RETRYABLE', `malformed answer: ${what}`, { code: 'MALFORMED' });

/** `taobao.items.onsale.get` answers under `items_onsale_get_response`. */
const responseName = (method: string): string => `${method.replace(/^taobao\./, '').replaceAll('.', '_')}_response`;

/** A list of rows in an answer's body that is wanted as it came, and the key of the rows' own id. */
export interface RawList {
  outer: string;
  inner: string;
  idKey: string;
  /** Wanted parsed as well, in the body; else it is empty there. */
  parsed: boolean;
}

/**
 * The body within the platform's envelope, and the rows of a list as they came, where the answer is written as it always
 * is: the list first, compact. Its own refusal counts before the HTTP status.
 */
export function readAnswer(
  method: string,
  answer: HttpAnswer,
  now: Date,
  list?: RawList,
): { body: JsonObject; rows: RowBytes[] | null } {
  const split = list === undefined ? null : splitRows(answer.body, openingOf(method, list), list.idKey);
  const root = parseObject(split === null || list?.parsed ? answer.body : split.rest);
  if (isObject(root?.error_response)) throw refusal(method, root.error_response, retryAfter(answer, now));
  const body = root?.[responseName(method)];
  if (answer.status !== 200) throw httpFailure(answer, now);
  if (!isObject(body)) throw malformed(`no ${responseName(method)}`);
  return { body, rows: split?.rows ?? null };
}

const openingOf = (method: string, { outer, inner }: RawList): string =>
  `{"${responseName(method)}":{"${outer}":{"${inner}":[`;

/** A row as it came. */
export function parseRow(bytes: Buffer): JsonObject {
  const row = parseObject(bytes);
  if (row === null) throw malformed('a row is no JSON');
  return row;
}

/** `{ items: { item: [ … ] } }`; an empty list has no key. What is no object is handed on as a row without an id. */
export function listIn(body: JsonObject, outer: string, inner: string): JsonObject[] {
  const wrapper = body[outer] === undefined ? {} : body[outer];
  const rows = isObject(wrapper) ? (wrapper[inner] ?? []) : null;
  if (!Array.isArray(rows)) throw malformed(`${outer} is not a list`);
  return rows.map((row: unknown) => (isObject(row) ? row : { row }));
}

export function readTotal({ total_results: total }: JsonObject): number {
  if (typeof total !== 'number' || !Number.isInteger(total) || total < 0) throw malformed('no total_results');
  return total;
}

export function parseObject(json: Buffer): JsonObject | null {
  try {
    const value = parseLossless(json);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** An answer that is not the platform's own: of a gateway, a proxy, an error page. */
export function httpFailure(answer: HttpAnswer, now: Date): PlatformError {
  const { status } = answer;
  const retryAfterMs = retryAfter(answer, now);
  return new PlatformError(status === 429 ? 'RATE_LIMITED' : 'RETRYABLE', `answered with HTTP ${status}`, {
    code: `HTTP_${status}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Seconds, or a date by the clock of whoever answered; undefined when there is no such hint. */
function retryAfter({ retryAfter: hint, date }: HttpAnswer, now: Date): number | undefined {
  const isSeconds = /^\d+$/.test(hint ?? '');
  const ms = isSeconds ? Number(hint) * 1_000 : httpTime(hint) - (httpTime(date) || now.getTime());
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_PAUSE_MS);
}

/** The moment of an HTTP date, which ends in its zone; NaN when the text is none. */
const httpTime = (text: string | null): number => (text?.endsWith(' GMT') ? Date.parse(text) : Number.NaN);

function refusal(method: string, error: JsonObject, hintMs: number | undefined): PlatformError {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const code = Number(error.code);
  const sub = text(error.sub_code);
  const failure = failureOf(code, sub);
  const message = [method, String(error.code), sub, text(error.msg), text(error.sub_msg)]
    .filter((part) => part !== '')
    .join(' ');
  const saidMs = pauseMs(failure, `${text(error.sub_msg)} ${text(error.msg)}`);
  const askedMs = saidMs ?? (failure === 'RATE_LIMITED' ? hintMs : undefined);
  return new PlatformError(failure, message.slice(0, 300), {
    code: sub === '' ? String(error.code) : `${String(error.code)}/${sub}`,
    ...(askedMs === undefined ? {} : { retryAfterMs: Math.min(askedMs, MAX_PAUSE_MS) }),
  });
}
